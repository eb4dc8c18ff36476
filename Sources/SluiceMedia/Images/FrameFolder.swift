internal import Glibc
internal import SluicePlatform

/// A folder of PNG, JPEG, WebP or BMP images as a clip, in the order of their names; numbers in names count as numbers.
public struct FrameFolder: FrameSource {
  public let name: String
  public var frameCount: Int { paths.count }
  public let frameRate: Double? = nil
  /// The images' paths in order.
  public let paths: [String]
  private let limits: MediaLimits

  /// Lists the folder at `path`; files with other endings do not count.
  /// - Throws: ``MediaError`` if it cannot be read or has no images.
  public init(path: String, limits: MediaLimits = MediaLimits()) throws(MediaError) {
    guard let folder = unsafe opendir(path) else {
      throw MediaError(.cannotOpen, path: path, "cannot be opened: \(FileBytes.lastError())")
    }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe entry.entryName
      if name.utf8.first != UInt8(ascii: "."), ImageCodec(name: name) != nil { names.append(name) }
    }
    guard !names.isEmpty else {
      throw MediaError(.notVideo, path: path, "is a folder without images: no file ends in \(ImageCodec.endings)")
    }
    names.sort { FrameFolder.precedes($0, $1) }
    paths = names.map { path.utf8.last == UInt8(ascii: "/") ? path + $0 : path + "/" + $0 }
    name = path
    self.limits = limits
    try FrameFolder.checkForms(paths, limits)
  }

  /// Makes sure that all images are alike, by their headers: a clip has one size and one form.
  private static func checkForms(_ paths: [String], _ limits: MediaLimits) throws(MediaError) {
    let first = try ImageHeader(reading: paths[0])
    try first.check(limits, path: paths[0])
    for path in paths.dropFirst() {
      let header = try ImageHeader(reading: path)
      guard header.size == first.size, header.form == first.form else {
        throw MediaError(
          .unsupported, path: path,
          "is \(header.description(beside: first)), \(paths[0]) is \(first.description(beside: header)); make all images "
            + "of the folder alike")
      }
    }
  }

  public func frames(at indices: [Int]) throws -> [VideoFrame] {
    try check(indices)
    var decoded: [Int: VideoFrame] = [:]
    return try indices.map { index in
      if let frame = decoded[index] { return frame }
      let frame = try VideoFrame(imageAt: paths[index], limits: limits)
      decoded[index] = frame
      return frame
    }
  }

  /// `img2.png` before `img10.png`.
  static func precedes(_ first: String, _ second: String) -> Bool {
    let (left, right) = (Array(first.utf8), Array(second.utf8))
    let isDigit = { (byte: UInt8) in byte >= 48 && byte <= 57 }
    var (i, j) = (0, 0)
    while i < left.count, j < right.count {
      if isDigit(left[i]), isDigit(right[j]) {
        let one = left[i...].prefix(while: isDigit)
        let other = right[j...].prefix(while: isDigit)
        let (a, b) = (one.drop { $0 == 48 }, other.drop { $0 == 48 })
        if a.count != b.count { return a.count < b.count }
        if !a.elementsEqual(b) { return a.lexicographicallyPrecedes(b) }
        (i, j) = (i + one.count, j + other.count)
      } else if left[i] != right[j] {
        return left[i] < right[j]
      } else {
        (i, j) = (i + 1, j + 1)
      }
    }
    let (restLeft, restRight) = (left.count - i, right.count - j)
    return restLeft == restRight ? left.lexicographicallyPrecedes(right) : restLeft < restRight
  }
}
