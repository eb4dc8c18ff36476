internal import CFFmpeg
internal import Glibc

/// A deterministic encoder, AVCodecContext with one thread.
@safe struct Encoder: ~Copyable {
  let context: UnsafeMutablePointer<AVCodecContext>
  private let picture: UnsafeMutablePointer<AVFrame>
  private let packet: Packet
  private let path: String

  /// - Parameters:
  ///   - name: FFmpeg's name of the encoder.
  ///   - frame: a frame like all that follow.
  ///   - configure: sets what is special.
  init(
    name: String, like frame: VideoFrame, path: String,
    configure: (UnsafeMutablePointer<AVCodecContext>, inout [(String, String)]) -> Void
  ) throws(MediaError) {
    try FFmpeg.require(for: path)
    guard let codec = unsafe avcodec_find_encoder_by_name(name) else {
      throw MediaError(.unsupported, path: path, "the installed FFmpeg has no encoder \(name)")
    }
    guard let context = unsafe avcodec_alloc_context3(codec), let picture = unsafe av_frame_alloc() else {
      fatalError("out of memory: avcodec_alloc_context3")
    }
    unsafe context.pointee.width = Int32(clamping: frame.width)
    unsafe context.pointee.height = Int32(clamping: frame.height)
    unsafe context.pointee.pix_fmt = frame.layout.format
    unsafe context.pointee.time_base = AVRational(num: 1, den: 25)
    unsafe context.pointee.thread_count = 1
    unsafe context.pointee.flags |= Int32(AV_CODEC_FLAG_BITEXACT)
    if frame.layout != .rgb {
      unsafe context.pointee.colorspace = frame.color.matrix.tag
      unsafe context.pointee.color_range = frame.color.range == .full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG
    }
    var settings: [(String, String)] = []
    unsafe configure(context, &settings)
    var options: OpaquePointer?
    defer { unsafe av_dict_free(&options) }
    for (key, value) in settings { unsafe av_dict_set(&options, key, value, 0) }
    let code = keepingThreadPriority { unsafe avcodec_open2(context, codec, &options) }
    guard code >= 0 else {
      unsafe Encoder.free(context, picture)
      throw MediaError(
        .cannotEncode, path: path,
        "\(name) refuses frames of \(frame.width)×\(frame.height) in \(frame.layout): \(FFmpeg.message(code))")
    }
    packet = Packet()
    unsafe self.context = unsafe context
    unsafe self.picture = unsafe picture
    self.path = path
  }

  deinit {
    unsafe Encoder.free(context, picture)
  }

  private static func free(_ context: UnsafeMutablePointer<AVCodecContext>, _ frame: UnsafeMutablePointer<AVFrame>) {
    var context: UnsafeMutablePointer<AVCodecContext>? = unsafe context
    var frame: UnsafeMutablePointer<AVFrame>? = unsafe frame
    unsafe av_frame_free(&frame)
    unsafe avcodec_free_context(&context)
  }

  /// Encodes a frame shown at `time`, in units of the context's time base, and hands on what is finished.
  func encode(
    _ frame: VideoFrame, time: Int64, _ body: (borrowing Packet) throws(MediaError) -> Void
  ) throws(MediaError) {
    unsafe av_frame_unref(picture)
    unsafe picture.pointee.width = context.pointee.width
    unsafe picture.pointee.height = context.pointee.height
    unsafe picture.pointee.format = context.pointee.pix_fmt.rawValue
    guard unsafe av_frame_get_buffer(picture, 0) >= 0 else { fatalError("out of memory: av_frame_get_buffer") }
    let bases = unsafe [picture.pointee.data.0, picture.pointee.data.1, picture.pointee.data.2]
    let strides = unsafe [picture.pointee.linesize.0, picture.pointee.linesize.1, picture.pointee.linesize.2]
    for plane in 0..<frame.layout.planeCount {
      let size = frame.layout.planeSize(plane, width: frame.width, height: frame.height)
      let source = unsafe frame.storage.planes[plane]
      guard let target = unsafe bases[plane] else { continue }
      for row in 0..<size.rows {
        unsafe (target + row * Int(strides[plane])).update(
          from: source.base + row * source.bytesPerRow, count: size.bytesPerRow)
      }
    }
    unsafe picture.pointee.pts = time
    unsafe picture.pointee.quality = context.pointee.global_quality
    unsafe picture.pointee.colorspace = context.pointee.colorspace
    unsafe picture.pointee.color_range = context.pointee.color_range
    try check(unsafe avcodec_send_frame(context, picture))
    try drain(body)
  }

  /// Hands on what is still inside.
  func finish(_ body: (borrowing Packet) throws(MediaError) -> Void) throws(MediaError) {
    try check(unsafe avcodec_send_frame(context, nil))
    try drain(body)
  }

  private func drain(_ body: (borrowing Packet) throws(MediaError) -> Void) throws(MediaError) {
    while true {
      let code = unsafe avcodec_receive_packet(context, packet.pointer)
      if code == sluice_averror_again() || code == sluice_averror_eof() { return }
      try check(code)
      try body(packet)
    }
  }

  private func check(_ code: Int32) throws(MediaError) {
    guard code >= 0 else { throw MediaError(.cannotEncode, path: path, "encoding failed: \(FFmpeg.message(code))") }
  }
}

extension ColorDescription.Matrix {
  fileprivate var tag: AVColorSpace {
    switch self {
    case .bt601: AVCOL_SPC_SMPTE170M
    case .bt709: AVCOL_SPC_BT709
    case .bt2020: AVCOL_SPC_BT2020_NCL
    case .smpte240m: AVCOL_SPC_SMPTE240M
    case .fcc: AVCOL_SPC_FCC
    }
  }
}

/// Calls what may change how the calling thread is scheduled, and takes that back.
///
/// SVT-AV1 gives the thread that opens it, and all that come of it, the highest real-time priority where it may: everything
/// else on the machine waits for such threads.
private func keepingThreadPriority<Result>(_ body: () throws -> Result) rethrows -> Result {
  var (policy, parameters) = (Int32(0), sched_param())
  let isKnown = unsafe pthread_getschedparam(pthread_self(), &policy, &parameters) == 0
  defer { if isKnown { unsafe pthread_setschedparam(pthread_self(), policy, &parameters) } }
  return try body()
}
