internal import CFFmpeg

/// Makes frames smaller, keeping their layout, color and shape; remembers its tables from picture to frame.
///
/// libswscale's bilinear filter, which takes all source samples into account when it reduces, with accurate rounding.
@safe public final class FrameScaler {
  private let shortSide: Int
  private var context: OpaquePointer?
  private var source: (width: Int, height: Int, layout: PixelLayout, color: ColorDescription)?

  /// - Parameter shortSide: pixels of the shorter side afterwards.
  public init(shortSide: Int) {
    self.shortSide = shortSide
  }

  deinit { unsafe sws_freeContext(context) }

  /// Size of a frame of `width` × `height` afterwards: the longer side becomes even, smaller frames stay.
  public static func size(width: Int, height: Int, shortSide: Int) -> (width: Int, height: Int) {
    let short = min(width, height)
    guard short > shortSide else { return (width, height) }
    let long = 2 * max(1, Int((Double(max(width, height)) * Double(shortSide) / Double(short) / 2).rounded()))
    return width < height ? (shortSide, long) : (long, shortSide)
  }

  /// The frame with its shorter side at the wanted length; the frame itself if it is not longer.
  /// - Throws: ``MediaError`` if libswscale refuses.
  public func scaled(_ frame: VideoFrame) throws(MediaError) -> VideoFrame {
    let size = FrameScaler.size(width: frame.width, height: frame.height, shortSide: shortSide)
    guard size != (frame.width, frame.height) else { return frame }
    try prepare(frame, size)
    let storage = FrameStorage(width: size.width, height: size.height, layout: frame.layout)
    var planes: [UnsafePointer<UInt8>?] = unsafe frame.storage.planes.map { unsafe $0.base }
    var strides = unsafe frame.storage.planes.map { unsafe Int32($0.bytesPerRow) }
    var outputs: [UnsafeMutablePointer<UInt8>?] = unsafe storage.planes.map {
      unsafe UnsafeMutablePointer(mutating: $0.base)
    }
    var outputStrides = unsafe storage.planes.map { unsafe Int32($0.bytesPerRow) }
    while unsafe planes.count < 4 {
      unsafe planes.append(nil)
      strides.append(0)
      unsafe outputs.append(nil)
      outputStrides.append(0)
    }
    let code = unsafe sws_scale(context, planes, strides, 0, Int32(frame.height), outputs, outputStrides)
    guard code >= 0 else { throw refusal(frame, code) }
    return VideoFrame(
      width: size.width, height: size.height, layout: frame.layout, color: frame.color, time: frame.time,
      storage: storage)
  }

  private func prepare(_ frame: VideoFrame, _ size: (width: Int, height: Int)) throws(MediaError) {
    let wanted = (width: frame.width, height: frame.height, layout: frame.layout, color: frame.color)
    if let source, source == wanted { return }
    try FFmpeg.require(for: "frame")
    unsafe sws_freeContext(context)
    unsafe context = sws_alloc_context()
    guard let context = unsafe context else { fatalError("out of memory: sws_alloc_context") }
    let format = Int(frame.layout.format.rawValue)
    let full = frame.color.range == .full ? 1 : 0
    let options = [
      ("srcw", frame.width), ("srch", frame.height), ("dstw", size.width), ("dsth", size.height),
      ("src_format", format), ("dst_format", format), ("src_range", full), ("dst_range", full),
      ("sws_flags", Int(SWS_BILINEAR | SWS_ACCURATE_RND | SWS_BITEXACT)),
    ]
    // A value that is refused would leave the default, and frames larger than their memory.
    for (name, value) in options {
      let code = unsafe av_opt_set_int(UnsafeMutableRawPointer(context), name, Int64(value), 0)
      guard code >= 0 else { throw refusal(frame, code) }
    }
    let code = unsafe sws_init_context(context, nil, nil)
    guard code >= 0 else { throw refusal(frame, code) }
    source = wanted
  }

  private func refusal(_ frame: VideoFrame, _ code: Int32) -> MediaError {
    MediaError(
      .unsupported, path: "frame",
      "\(frame.width)×\(frame.height) cannot be scaled to a shorter side of \(shortSide): \(FFmpeg.message(code))")
  }
}
