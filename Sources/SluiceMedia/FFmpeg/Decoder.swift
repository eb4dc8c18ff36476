internal import CFFmpeg

/// A single-threaded decoder, AVCodecContext, and the frame it writes into, AVFrame.
@safe final class Decoder {
  private let context: UnsafeMutablePointer<AVCodecContext>
  private let picture: UnsafeMutablePointer<AVFrame>

  /// The decoder of single images: damage that video hides behind the frame before is an error here.
  convenience init(image codec: ImageCodec, limits: MediaLimits, path: String) throws(MediaError) {
    try FFmpeg.require(for: path)
    try self.init(stream: StreamDescription(image: codec), reorderDepth: nil, limits: limits, path: path)
    unsafe context.pointee.err_recognition = AV_EF_CRCCHECK | AV_EF_EXPLODE
  }

  /// - Parameter reorderDepth: how many frames may precede another in decoding order and follow it in display order;
  ///   `nil` leaves what the container's headers say.
  init(stream: StreamDescription, reorderDepth: Int?, limits: MediaLimits, path: String) throws(MediaError) {
    let codec = unsafe stream.parameters.pointee.codec_id
    guard let implementation = unsafe avcodec_find_decoder(codec) else {
      throw MediaError(
        .unsupported, path: path,
        "the installed FFmpeg has no decoder for \(stream.codecName); convert the file to H.264")
    }
    guard let context = unsafe avcodec_alloc_context3(implementation), let frame = unsafe av_frame_alloc() else {
      fatalError("out of memory: avcodec_alloc_context3")
    }
    var code = unsafe avcodec_parameters_to_context(context, stream.parameters)
    if code >= 0 {
      unsafe context.pointee.pkt_timebase = stream.timeBase
      // Some decoders of MPEG-4 predict by times that they count in it.
      unsafe context.pointee.framerate = stream.statedRate
      unsafe context.pointee.thread_count = 1
      unsafe context.pointee.max_pixels = Int64(limits.pixels)
      code = unsafe avcodec_open2(context, implementation, nil)
    }
    guard code >= 0 else {
      unsafe Decoder.free(context, frame)
      throw MediaError(.notVideo, path: path, "the decoder refuses the stream: \(FFmpeg.message(code))")
    }
    if let reorderDepth {
      unsafe context.pointee.has_b_frames = max(context.pointee.has_b_frames, Int32(clamping: reorderDepth))
    }
    unsafe self.context = unsafe context
    unsafe picture = unsafe frame
  }

  deinit {
    unsafe Decoder.free(context, picture)
  }

  private static func free(_ context: UnsafeMutablePointer<AVCodecContext>, _ frame: UnsafeMutablePointer<AVFrame>) {
    var context: UnsafeMutablePointer<AVCodecContext>? = unsafe context
    var frame: UnsafeMutablePointer<AVFrame>? = unsafe frame
    unsafe av_frame_free(&frame)
    unsafe avcodec_free_context(&context)
  }

  /// Forgets all frames, to begin again elsewhere.
  func flush() {
    unsafe avcodec_flush_buffers(context)
  }

  /// Hands over a packet whose frames shall carry `tag`.
  func send(_ packet: borrowing Packet, tag: Int) -> Bool {
    // A decoder passes a packet's time stamp on to its frame and does not interpret it, so the number of the packet
    // takes its place: names are then unique also where time stamps are not.
    unsafe packet.pointer.pointee.pts = Int64(tag)
    unsafe packet.pointer.pointee.dts = FFmpeg.noTime
    return unsafe avcodec_send_packet(context, packet.pointer) >= 0
  }

  /// Tells the decoder that nothing follows.
  func sendEnd() {
    unsafe avcodec_send_packet(context, nil)
  }

  enum Received {
    /// A frame with its tag.
    case frame(Int, isDamaged: Bool)
    case nothing
    case failure
  }

  /// The next frame in the decoder's order; ``frame(time:orientation:path:)`` gives it until the next call.
  func receive() -> Received {
    let code = unsafe avcodec_receive_frame(context, picture)
    if code == sluice_averror_again() || code == sluice_averror_eof() { return .nothing }
    guard code >= 0 else { return .failure }
    let isDamaged = unsafe picture.pointee.decode_error_flags != 0 || picture.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0
    return unsafe .frame(Int(picture.pointee.pts), isDamaged: isDamaged)
  }

  /// The frame received last, turned for display; it stays whole when the decoder goes on.
  /// - Parameter time: seconds from the first frame.
  func frame(time: Double?, orientation: Orientation = Orientation(), path: String) throws(MediaError) -> VideoFrame {
    try unsafe FrameConverter.frame(of: picture, time: time, orientation: orientation, path: path)
  }

  /// R, G, B and alpha of each pixel of the frame received last.
  func pixelsWithAlpha(path: String) throws(MediaError) -> [UInt8] {
    try unsafe Scaler.pixelsWithAlpha(of: picture, path: path)
  }

  /// Distinguishes the frame received last from others.
  var digest: UInt64 { unsafe sluice_frame_digest(picture) }

  /// Width, height and pixel format of the frame received last.
  var shape: FrameShape {
    unsafe FrameShape(
      width: Int(picture.pointee.width), height: Int(picture.pointee.height), format: picture.pointee.format)
  }

  /// Whether the frame refers to no other.
  var isIntra: Bool {
    if unsafe picture.pointee.key_frame != 0 { return true }
    // FFV1's decoder calls every frame I, those too that go on with the statistics of the frame before.
    return unsafe context.pointee.codec_id != AV_CODEC_ID_FFV1 && picture.pointee.pict_type == AV_PICTURE_TYPE_I
  }
}

/// The form of a decoded frame.
struct FrameShape: Equatable, Sendable {
  let width: Int
  let height: Int
  /// AVPixelFormat.
  let format: Int32

  /// Its size, and the format's name if `other` has the same size.
  func description(beside other: FrameShape) -> String {
    guard width == other.width, height == other.height else { return "\(width)×\(height)" }
    return "\(width)×\(height) \(FFmpeg.formatName(format))"
  }
}
