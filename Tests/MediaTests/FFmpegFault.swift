import CFFmpeg
import Foundation

/// A function of FFmpeg that fails when it is called: for the bodies of exit tests, whose process ends with them.
struct FFmpegFault: Sendable {
  let function: String
  let answer: Answer
  /// How many calls succeed before; of functions without arguments only.
  var spared = 0

  enum Answer: Sendable {
    /// NULL, in the place of memory or of a description.
    case nothing
    /// The number that says that memory is gone.
    case noMemory
  }

  /// Makes the function fail from here on.
  func begin() throws {
    // What a function without arguments does not read stays where the caller put it.
    let nothing: @convention(c) () -> UnsafeMutableRawPointer? = {
      guard callsSpared > 0 else { return nil }
      callsSpared -= 1
      return ownFunction?()
    }
    let noMemory: @convention(c) () -> Int32 = { sluice_averror_nomem() }
    let replacement =
      switch answer {
      case .nothing: unsafeBitCast(nothing, to: UnsafeMutableRawPointer.self)
      case .noMemory: unsafeBitCast(noMemory, to: UnsafeMutableRawPointer.self)
      }
    guard let own = sluice_ffmpeg_replace(function, replacement) else { throw CocoaError(.featureUnsupported) }
    ownFunction = unsafeBitCast(own, to: (@convention(c) () -> UnsafeMutableRawPointer?).self)
    callsSpared = spared
  }
}

// C functions have no other memory; their process has one thread that calls them.
private nonisolated(unsafe) var callsSpared = 0
private nonisolated(unsafe) var ownFunction: (@convention(c) () -> UnsafeMutableRawPointer?)?
