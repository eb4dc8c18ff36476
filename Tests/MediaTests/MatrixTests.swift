import Foundation
import SluiceMedia
import SluicePlatform
import TestSupport
import Testing

/// Files of every codec in every container, cut, joined and copied from another container: each frame, whether asked for
/// alone or with all others, is the `ffmpeg` program's.
@Suite(.enabled(if: FFmpegProgram.path != nil)) struct MatrixTests {
  /// What is done to a file of a codec.
  enum Edit: String, CaseIterable {
    /// Copied into the container.
    case copied
    /// From its second key frame on.
    case cut
    /// Twice, one behind the other.
    case joined
    /// Twice, one behind the other, as bytes.
    case doubled
    /// Its first two thirds, as bytes.
    case head
    /// Without its first third, as bytes.
    case tail
    /// Copied to AVI, which has no presentation times, and from there into the container.
    case untimed
    /// Copied to MPEG-TS and from there into the container.
    case streamed
  }

  /// What the everyday tests look at; the hour-long ones look at everything.
  private static let everyday: [String: [(String, [Edit])]] = [
    "h264": [("mp4", [.joined]), ("flv", [.cut])],
    "h264-b": [
      ("mp4", [.untimed, .cut, .joined]), ("mkv", [.untimed]), ("avi", [.copied]), ("ts", [.tail]), ("h264", [.copied]),
    ],
    "h264-open": [("mp4", [.cut]), ("ts", [.joined]), ("flv", [.head])],
    "hevc-open": [("mp4", [.untimed, .cut]), ("ts", [.joined])],
    "mpeg4-b": [("avi", [.copied, .joined]), ("mp4", [.untimed])],
    "xvid-b": [("avi", [.cut, .joined, .doubled])],
    "mpeg2-b": [("mpg", [.tail])],
    "vp9": [("mkv", [.joined])],
    "flv": [("flv", [.cut])],
    "ffv1": [("avi", [.cut, .doubled])],
    "jpeg2000": [("mjpeg", [.copied]), ("m2v", [.tail])],
    "png": [("mjpeg", [.copied, .head])],
    "pal8": [("mov", [.copied])],
    "apng": [("apng", [.copied, .cut])],
    "mjpeg": [("mjpeg", [.copied, .head]), ("wmv", [.head])],
    "zmbv": [("avi", [.cut])],
  ]

  @Test(arguments: CodecKind.all.map(\.name)) func everyFrameOfEveryFileIsFFmpegs(name: String) throws {
    let kind = try #require(CodecKind.all.first { $0.name == name })
    guard isLongTier || Self.everyday[name] != nil else { return }
    let folder = try ScratchFolder()
    let base = folder.file("base." + kind.container)
    guard try write(kind, to: base, folder) else { return }
    var made = 0
    let wanted = isLongTier ? CodecKind.containers.map { ($0, Edit.allCases) } : Self.everyday[name] ?? []
    // RealMedia states no codecs but its own.
    for (container, edits) in wanted where container != "rm" || name.hasPrefix("rv") {
      // Of AVI's packets, FFmpeg's decoder of QuickTime graphics leaves parts of frames as its memory was.
      for edit in edits where name != "smc" || container != "avi" && edit != .untimed {
        let path = folder.file("\(name)-\(edit).\(container)")
        defer { try? FileManager.default.removeItem(atPath: path) }
        guard try make(edit, of: base, to: path) else { continue }
        made += 1
        try expectEveryFrame(path)
      }
    }
    #expect(made > 0, "no file of \(name) could be made")
    print("media: \(made) files of \(name)")
  }

  /// - Returns: whether there is an encoder.
  private func write(_ kind: CodecKind, to path: String, _ folder: ScratchFolder) throws -> Bool {
    let raw = kind.arguments.isEmpty ? path : folder.file("raw.nut")
    do {
      try TestPictures.write(
        raw, count: kind.count, encoding: kind.arguments.isEmpty ? kind.encoding : Recipe.other("rawvideo"), width: 176,
        height: 144)
    } catch let error as MediaError where [.unsupported, .cannotEncode].contains(error.code) {
      print("media: \(kind.name) cannot be made here: \(error)")
      return false
    }
    if !kind.arguments.isEmpty { try FFmpegProgram.call(["-i", raw] + kind.arguments + [path]) }
    let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
    return try #require(size) > 0
  }

  /// - Returns: whether there is such a file.
  private func make(_ edit: Edit, of base: String, to path: String) throws -> Bool {
    let container = "." + (path as NSString).pathExtension
    switch edit {
    case .copied: return StreamCopy.write([.init(path: base)], to: path)
    case .cut: return StreamCopy.write([.init(path: base, skippedKeys: 1)], to: path)
    case .joined: return StreamCopy.write([.init(path: base), .init(path: base)], to: path)
    case .doubled, .head, .tail:
      let whole = path + "-whole" + container
      defer { try? FileManager.default.removeItem(atPath: whole) }
      guard StreamCopy.write([.init(path: base)], to: whole) else { return false }
      let bytes = try Data(contentsOf: URL(fileURLWithPath: whole))
      // NUT does not say how long a last frame would have been.
      if edit == .head, container == ".nut" { return false }
      // A container's tables are at its beginning: only streams can be entered in the middle.
      if edit == .tail, ![".ts", ".mpg", ".m2v", ".m4v", ".h264", ".hevc"].contains(container) { return false }
      let edited =
        edit == .doubled
        ? bytes + bytes : edit == .head ? bytes.prefix(bytes.count * 2 / 3) : bytes.dropFirst(bytes.count / 3)
      try edited.write(to: URL(fileURLWithPath: path))
      return true
    case .untimed, .streamed:
      let between = path + (edit == .untimed ? ".avi" : ".ts")
      defer { try? FileManager.default.removeItem(atPath: between) }
      guard between != path + container, StreamCopy.write([.init(path: base)], to: between) else { return false }
      return StreamCopy.write([.init(path: between)], to: path)
    }
  }
}

/// Checks all frames of a file against the `ffmpeg` program's: read as a whole, and each one asked for alone, from
/// whatever the file's decoder did before and from a file just opened.
func expectEveryFrame(_ path: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
  let name = (path as NSString).lastPathComponent
  let file: VideoFile
  let first: VideoFrame
  do {
    file = try VideoFile(path: path)
    first = try file.frames(at: [0])[0]
  } catch {
    let reference = try FFmpegProgram.pictures(of: path)
    #expect(reference.isEmpty, "\(name): ffmpeg has frames, but: \(error)", sourceLocation: sourceLocation)
    return
  }
  var reference = try FFmpegProgram.pictures(
    of: path, arguments: first.layout == .rgb ? ["-pix_fmt", "rgb24"] : [], stream: file.streamNumber)
  let size = first.packed().count
  if reference.count == 2 * file.frameCount * size {
    // Ten bits in two bytes each.
    let words = [UInt8](reference)
    var reduced = Data(capacity: words.count / 2)
    for index in stride(from: 0, to: words.count, by: 2) {
      let word = Int(words[index]) | Int(words[index + 1]) << 8
      reduced.append(UInt8(min(255, (word + 2) >> 2)))
    }
    reference = reduced
  }
  #expect(
    reference.count == file.frameCount * size,
    "\(name): \(file.frameCount) frames, ffmpeg \(Double(reference.count) / Double(size))",
    sourceLocation: sourceLocation)
  // Of half a packet, decoders fill the frame with what their memory held before; up to two may be shown behind it. Streams
  // without a container do not say how long their last packet would be.
  let isHeadOfStream = name.hasSuffix("-head.hevc") || name.hasSuffix("-head.h264")
  let isSure = { (number: Int) in file.fault == nil && !isHeadOfStream || number < file.frameCount - 3 }
  var wrong: [Int] = []
  try file.forEachFrame(at: 0..<file.frameCount) { number, frame in
    if isSure(number), !frame.equals(frame: number, of: reference) { wrong.append(number) }
  }
  #expect(wrong.isEmpty, "\(name): read as a whole, wrong: \(wrong)", sourceLocation: sourceLocation)
  var random = KeyedRandom(seed: 1, epoch: 0, sample: 0, stage: "matrix")
  var numbers = Array(0..<file.frameCount)
  for last in stride(from: numbers.count - 1, to: 0, by: -1) { numbers.swapAt(last, random.integer(in: 0...last)) }
  wrong = try numbers.filter { number in
    let source = number % 6 == 0 ? try VideoFile(path: path) : file
    return !(try source.frames(at: [number])[0].equals(frame: number, of: reference)) && isSure(number)
  }
  #expect(wrong.isEmpty, "\(name): asked for alone, wrong: \(wrong.sorted())", sourceLocation: sourceLocation)
}
