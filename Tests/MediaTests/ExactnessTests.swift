import Foundation
import SluiceMedia
import Testing

/// Real files where there are some: `../shared/videos` beside the package, and the folder `$SLUICE_CORPUS`.
enum RealFiles {
  static let root: String = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("../shared/videos").standardizedFileURL.path

  static let paths: [String] = {
    let folders = [root] + (ProcessInfo.processInfo.environment["SLUICE_CORPUS"].map { [$0] } ?? [])
    let kinds: Set = ["mp4", "mkv", "avi", "webm", "ts", "mov"]
    let found = folders.flatMap { folder in
      ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
        .filter { kinds.contains(($0 as NSString).pathExtension) && $0 != "corrupted.mp4" }
        .map { folder + "/" + $0 }
    }
    if found.isEmpty { print("media: no real videos in \(root); their tests are skipped") }
    return found
  }()
}

/// A file that a test makes, with the encoder's and the container's peculiarities.
struct Recipe: CustomTestStringConvertible, Sendable {
  var name: String
  var encoding: VideoEncoding
  var layout: PixelLayout = .yuv420
  var width = 176
  var height = 96
  var count = 60
  var time: @Sendable (Int) -> Int = { $0 }
  var testDescription: String { name }

  init(_ name: String, _ encoding: VideoEncoding, _ change: (inout Recipe) -> Void = { _ in }) {
    self.name = name
    self.encoding = encoding
    change(&self)
  }

  static func x264(_ options: String, interval: Int = 250) -> VideoEncoding {
    var encoding = VideoEncoding.h264(keyInterval: interval)
    encoding.options["x264-params"] = options
    return encoding
  }

  static func other(
    _ encoder: String, interval: Int = 12, reordered: Int = 0, _ options: [String: String] = [:]
  ) -> VideoEncoding {
    var encoding = VideoEncoding.h264(keyInterval: interval, reorderedFrames: reordered)
    encoding.encoder = encoder
    encoding.options = options
    return encoding
  }

  static let hevc = ["preset": "superfast", "x265-params": "log-level=none:pools=none:frame-threads=1:keyint=20"]

  static let all: [Recipe] = [
    Recipe("plain.mp4", .h264()),
    Recipe("short-groups.mp4", .h264(keyInterval: 12)),
    Recipe("no-b.mkv", .h264(keyInterval: 20, reorderedFrames: 0)),
    Recipe("pyramid.mp4", x264("bframes=5:b-pyramid=normal:ref=4:weightp=2")),
    Recipe("open-groups.mp4", x264("open-gop=1:bframes=3:keyint=15:min-keyint=5")),
    Recipe("open-groups.ts", x264("open-gop=1:bframes=3:keyint=15:min-keyint=5")),
    Recipe("open-groups.mkv", x264("open-gop=1:bframes=3:keyint=15:min-keyint=5")),
    Recipe("intra-refresh.mp4", x264("intra-refresh=1:keyint=20:bframes=0")),
    Recipe("slices.mp4", x264("slices=4:bframes=2:keyint=20")),
    Recipe("interlaced.mp4", x264("interlaced=1:tff=1:bframes=2:keyint=20")),
    Recipe("interlaced.ts", x264("interlaced=1:tff=1:bframes=2:keyint=20")),
    Recipe("fake-interlaced.ts", x264("fake-interlaced=1:bframes=2:keyint=20")),
    Recipe("offset.ts", .h264(keyInterval: 24)),
    Recipe("elementary.h264", .h264(keyInterval: 24)),
    Recipe("plain.avi", .h264(keyInterval: 24, reorderedFrames: 0)),
    Recipe("reordered.avi", .h264(keyInterval: 24)),
    Recipe("plain.flv", .h264(keyInterval: 24)),
    Recipe("plain.mov", .h264(keyInterval: 24)),
    Recipe("fragments.mp4", .h264(keyInterval: 24)) {
      $0.encoding.containerOptions = ["movflags": "frag_keyframe+empty_moov"]
    },
    Recipe("variable.mp4", .h264(keyInterval: 24)) { $0.time = { $0 + $0 / 3 + ($0 > 20 ? 17 : 0) } },
    Recipe("variable.mkv", .h264(keyInterval: 24)) { $0.time = { $0 + $0 / 3 + ($0 > 20 ? 17 : 0) } },
    Recipe("odd.mp4", .h264()) { ($0.width, $0.height, $0.layout) = (177, 97, .yuv444) },
    Recipe("wide-chroma.mp4", .h264()) { $0.layout = .yuv422 },
    Recipe("gray.mp4", .h264()) { $0.layout = .gray },
    Recipe("cropped.mp4", .h264()) { ($0.width, $0.height) = (170, 90) },
    Recipe("hevc.mp4", other("libx265", reordered: 3, hevc)),
    Recipe(
      "hevc-layers.mp4",
      other(
        "libx265", reordered: 3,
        ["preset": "superfast", "x265-params": hevc["x265-params"]! + ":temporal-layers=1:bframes=5"])),
    Recipe(
      "hevc-open.mkv",
      other(
        "libx265", reordered: 3, ["preset": "superfast", "x265-params": hevc["x265-params"]! + ":open-gop=1:bframes=4"])
    ),
    Recipe("hevc.ts", other("libx265", reordered: 3, hevc)),
    Recipe("elementary.hevc", other("libx265", reordered: 3, hevc)),
    Recipe("vp9.webm", other("libvpx-vp9", ["deadline": "realtime", "cpu-used": "8", "threads": "1", "b": "300k"])),
    Recipe(
      "vp9-hidden.webm",
      other(
        "libvpx-vp9", ["deadline": "good", "cpu-used": "8", "auto-alt-ref": "1", "lag-in-frames": "16", "b": "300k"])),
    Recipe(
      "vp9.mp4",
      other(
        "libvpx-vp9", ["deadline": "good", "cpu-used": "8", "auto-alt-ref": "1", "lag-in-frames": "16", "b": "300k"])),
    Recipe(
      "vp8.webm",
      other("libvpx", ["deadline": "good", "cpu-used": "8", "auto-alt-ref": "1", "lag-in-frames": "16", "b": "300k"])),
    Recipe("av1.mp4", other("libsvtav1", ["preset": "12"])) { $0.count = 30 },
    Recipe("av1.webm", other("libaom-av1", ["cpu-used": "8", "usage": "realtime"])) { $0.count = 20 },
    Recipe("mpeg4.avi", other("mpeg4", reordered: 0)),
    Recipe("mpeg4-b1.avi", other("mpeg4", reordered: 1)),
    Recipe("mpeg4-b2.avi", other("mpeg4", reordered: 2)),
    Recipe("mpeg4-b2.mp4", other("mpeg4", reordered: 2)),
    Recipe("mpeg4-b2.mkv", other("mpeg4", reordered: 2)),
    Recipe("xvid.avi", other("libxvid", reordered: 0)),
    Recipe("mpeg2.ts", other("mpeg2video", reordered: 2)),
    Recipe("mpeg2.mpg", other("mpeg2video", reordered: 2)),
    Recipe("mpeg1.mpg", other("mpeg1video", reordered: 2)),
    Recipe("theora.ogv", other("libtheora")),
    Recipe("wmv2.wmv", other("wmv2")),
    Recipe("msmpeg4.avi", other("msmpeg4")),
    Recipe("h263.avi", other("h263p")),
    Recipe("sorenson.flv", other("flv")),
    Recipe("motion-jpeg.avi", other("mjpeg", ["strict": "unofficial"])),
    Recipe("lossless.mkv", other("ffv1")),
    Recipe("huffman.avi", other("ffvhuff")),
    Recipe("prores.mov", other("prores_ks")) { $0.layout = .yuv422 },
    Recipe("raw.nut", other("rawvideo")),
    Recipe("raw.avi", other("rawvideo")),
  ]
}

@Suite struct ExactnessTests {
  @Test(.enabled(if: FFmpegProgram.path != nil), arguments: RealFiles.paths)
  func everyFrameOfARealFileEqualsFFmpegs(path: String) throws {
    try expectExact(path)
  }

  @Test(.enabled(if: FFmpegProgram.path != nil), arguments: Recipe.all)
  func everyFrameOfAnOwnFileEqualsFFmpegs(recipe: Recipe) throws {
    let folder = try ScratchFolder()
    let path = folder.file(recipe.name)
    do {
      try TestPictures.write(
        path, count: recipe.count, encoding: recipe.encoding, width: recipe.width, height: recipe.height,
        layout: recipe.layout, time: recipe.time)
    } catch let error as MediaError where error.code == .unsupported || error.code == .cannotEncode {
      print("media: \(recipe.name) cannot be made here: \(error)")
      return
    }
    try expectExact(path)
  }

  /// Frames of two fields: MP4 and MKV made from a stream keep each field in a packet of its own.
  @Test(.enabled(if: FFmpegProgram.path != nil), arguments: ["fields.mp4", "fields.mkv", "fields.ts", "fields.h264"])
  func framesOfTwoFieldsAreOneFrameEach(name: String) throws {
    let folder = try ScratchFolder()
    for frameCoded: Set<Int> in [[], [0, 1, 5, 9], [4]] {
      let stream = FieldStream(count: 12, frameCoded: frameCoded)
      let (plain, path) = (folder.file("plain.h264"), folder.file(name))
      try Data(stream.bytes).write(to: URL(fileURLWithPath: plain))
      try FFmpegProgram.call(["-f", "h264", "-i", plain, "-c", "copy", path])
      let file = try VideoFile(path: path)
      #expect(file.frameCount == 12, "\(file.frameCount) frames")
      for number in [11, 0, 5, 4, 6, 10, 1] where number < file.frameCount {
        #expect(try file.frames(at: [number])[0].packed() == stream.samples(number), "frame \(number)")
      }
      try expectExact(path)
    }
  }
}
