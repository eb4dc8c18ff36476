internal import CFFmpeg
internal import Glibc
internal import SluicePlatform

/// What all wrappers of FFmpeg's libraries share.
enum FFmpeg {
  /// FFmpeg's own words for an error code.
  static func message(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    unsafe av_strerror(code, &buffer, buffer.count)
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The name of a pixel format.
  static func formatName(_ format: Int32) -> String {
    guard let name = unsafe av_get_pix_fmt_name(AVPixelFormat(rawValue: format)) else { return "of an unknown format" }
    return unsafe String(cString: name)
  }

  /// Opens the libraries, which the program does without until it meets a video or an image.
  /// - Parameter path: the file they are needed for.
  /// - Throws: ``MediaError/Code/missingLibrary``.
  static func require(for path: String) throws(MediaError) {
    guard let problem = unsafe sluice_ffmpeg_open() else { return }
    throw unsafe MediaError(.missingLibrary, path: path, String(cString: problem))
  }

  /// Time stamp that says "unknown", AV_NOPTS_VALUE.
  static let noTime: Int64 = sluice_no_pts()
}

/// A moment after which work on a file is given up.
///
/// Used by one thread at a time, that of the open file.
final class Deadline {
  private var end: UInt64 = .max

  /// Sets the moment to `seconds` from now.
  func start(seconds: Double) {
    end = MonotonicClock.system.now() &+ UInt64(min(max(seconds, 0), 1e9) * 1e9)
  }

  var hasPassed: Bool { MonotonicClock.system.now() > end }
}
