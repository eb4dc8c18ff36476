internal import CFFmpeg

/// What the container says of the stream of frames, in own memory: it outlives the open container.
@safe final class StreamDescription {
  /// AVCodecParameters.
  let parameters: UnsafeMutablePointer<AVCodecParameters>
  /// The unit of time stamps, seconds.
  let timeBase: AVRational
  /// Frames per second as the container states them.
  let statedRate: AVRational
  /// Frames per second, if the container states them.
  let frameRate: Double?
  let orientation: Orientation

  init(_ stream: UnsafeMutablePointer<AVStream>) {
    guard let copy = unsafe avcodec_parameters_alloc(),
      unsafe avcodec_parameters_copy(copy, stream.pointee.codecpar) >= 0
    else { fatalError("out of memory: avcodec_parameters_copy") }
    unsafe parameters = unsafe copy
    timeBase = unsafe stream.pointee.time_base
    statedRate = unsafe stream.pointee.avg_frame_rate
    let rate = av_q2d(statedRate)
    frameRate = rate.isFinite && rate > 0 ? rate : nil
    orientation = unsafe Orientation(matrix: sluice_display_matrix(stream))
  }

  /// A stream of single images.
  init(image codec: ImageCodec) {
    guard let own = unsafe avcodec_parameters_alloc() else { fatalError("out of memory: avcodec_parameters_alloc") }
    unsafe own.pointee.codec_type = AVMEDIA_TYPE_VIDEO
    unsafe own.pointee.codec_id =
      switch codec {
      case .png: AV_CODEC_ID_PNG
      case .jpeg: AV_CODEC_ID_MJPEG
      case .webp: AV_CODEC_ID_WEBP
      case .bmp: AV_CODEC_ID_BMP
      }
    unsafe parameters = unsafe own
    timeBase = AVRational(num: 1, den: 1)
    statedRate = AVRational(num: 0, den: 1)
    frameRate = nil
    orientation = Orientation()
  }

  deinit {
    var parameters: UnsafeMutablePointer<AVCodecParameters>? = unsafe parameters
    unsafe avcodec_parameters_free(&parameters)
  }

  /// What reads the stream's packets, with the headers read that the container keeps outside them.
  func makeSyntax() -> any StreamSyntax {
    var syntax: any StreamSyntax =
      switch unsafe parameters.pointee.codec_id {
      case AV_CODEC_ID_H264: H264Syntax()
      case AV_CODEC_ID_HEVC: HEVCSyntax()
      case AV_CODEC_ID_MPEG4: MPEG4Syntax()
      case AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO: MPEG12Syntax()
      case AV_CODEC_ID_VP8: VPXSyntax(isVP9: false)
      case AV_CODEC_ID_VP9: VPXSyntax(isVP9: true)
      case AV_CODEC_ID_AV1: AV1Syntax()
      case let codec: StreamDescription.keyedSyntax(codec)
      }
    withHeaders { syntax.readHeaders($0, in: HeaderHistory.outside) }
    return syntax
  }

  /// Codecs whose frames refer to the one before, back to the last key frame, and to nothing else.
  private static let chained: [AVCodecID] = [
    AV_CODEC_ID_H261, AV_CODEC_ID_H263, AV_CODEC_ID_H263I, AV_CODEC_ID_H263P, AV_CODEC_ID_FLV1, AV_CODEC_ID_MSMPEG4V1,
    AV_CODEC_ID_MSMPEG4V2, AV_CODEC_ID_MSMPEG4V3, AV_CODEC_ID_WMV1, AV_CODEC_ID_WMV2, AV_CODEC_ID_THEORA,
    AV_CODEC_ID_VP3, AV_CODEC_ID_VP6, AV_CODEC_ID_VP6F, AV_CODEC_ID_RV10, AV_CODEC_ID_SVQ1,
    // Its probabilities go on from frame to frame, though it has no motion.
    AV_CODEC_ID_FFV1,
  ]

  private static func keyedSyntax(_ codec: AVCodecID) -> KeyedSyntax {
    let properties = unsafe avcodec_descriptor_get(codec)?.pointee.props ?? 0
    if chained.contains(codec) { return KeyedSyntax(order: .decoding) }
    if properties & AV_CODEC_PROP_INTRA_ONLY != 0 { return KeyedSyntax(order: .decoding, isIntraOnly: true) }
    if properties & AV_CODEC_PROP_REORDER != 0 {
      return KeyedSyntax(order: .unknown, doubt: "only a decoder knows the order of its frames")
    }
    return KeyedSyntax(order: .unknown, doubt: "only a decoder knows what its frames depend on")
  }

  /// FFmpeg's name of the codec; the container's, where FFmpeg has none.
  var codecName: String {
    let (codec, tag) = unsafe (parameters.pointee.codec_id, parameters.pointee.codec_tag)
    guard codec == AV_CODEC_ID_NONE else { return unsafe String(cString: avcodec_get_name(codec)) }
    let bytes = (0..<4).map { UInt8(truncatingIfNeeded: tag >> (8 * $0)) }
    let isText = bytes.allSatisfy { (0x20...0x7E).contains($0) }
    return isText ? "“\(String(decoding: bytes, as: UTF8.self))”" : "a codec without a name (\(tag))"
  }

  var isMotionJPEG: Bool { unsafe parameters.pointee.codec_id == AV_CODEC_ID_MJPEG }

  var isH264: Bool { unsafe parameters.pointee.codec_id == AV_CODEC_ID_H264 }

  /// Calls `body` with the codec's headers that the container holds outside the packets.
  func withHeaders<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    let size = unsafe max(0, Int(parameters.pointee.extradata_size))
    let headers = unsafe UnsafeBufferPointer(start: parameters.pointee.extradata, count: size)
    return unsafe body(headers.span)
  }

  /// Width and height as stored, pixels; 0 where the container does not say.
  var size: (width: Int, height: Int) {
    unsafe (Int(parameters.pointee.width), Int(parameters.pointee.height))
  }

  /// Seconds of one unit of time stamps, `nil` if the container states none.
  var unit: Double? {
    let unit = av_q2d(timeBase)
    return unit.isFinite && unit > 0 ? unit : nil
  }
}
