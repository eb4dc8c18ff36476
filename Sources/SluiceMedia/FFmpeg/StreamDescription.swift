internal import CFFmpeg

/// What the container says of the stream of frames, in own memory: it outlives the open container.
@safe final class StreamDescription {
  /// AVCodecParameters.
  let parameters: UnsafeMutablePointer<AVCodecParameters>
  /// The unit of time stamps, seconds.
  let timeBase: AVRational
  /// Frames per second, if the container states them.
  let frameRate: Double?
  let orientation: Orientation

  init(_ stream: UnsafeMutablePointer<AVStream>) {
    guard let copy = unsafe avcodec_parameters_alloc(),
      unsafe avcodec_parameters_copy(copy, stream.pointee.codecpar) >= 0
    else { fatalError("out of memory: avcodec_parameters_copy") }
    unsafe parameters = unsafe copy
    timeBase = unsafe stream.pointee.time_base
    let rate = unsafe av_q2d(stream.pointee.avg_frame_rate)
    frameRate = rate.isFinite && rate > 0 ? rate : nil
    orientation = unsafe Orientation(matrix: sluice_display_matrix(stream))
  }

  /// A stream of single images.
  init(image codec: ImageCodec) {
    guard let own = unsafe avcodec_parameters_alloc() else { fatalError("out of memory: avcodec_parameters_alloc") }
    unsafe own.pointee.codec_type = AVMEDIA_TYPE_VIDEO
    unsafe own.pointee.codec_id = codec == .png ? AV_CODEC_ID_PNG : AV_CODEC_ID_MJPEG
    unsafe parameters = unsafe own
    timeBase = AVRational(num: 1, den: 1)
    frameRate = nil
    orientation = Orientation()
  }

  deinit {
    var parameters: UnsafeMutablePointer<AVCodecParameters>? = unsafe parameters
    unsafe avcodec_parameters_free(&parameters)
  }

  /// Codecs whose frames the index distinguishes without decoding them.
  enum Syntax { case h264, hevc, mpeg4, mpeg12, vp8, vp9, intraOnly, other }

  var syntax: Syntax {
    switch unsafe parameters.pointee.codec_id {
    case AV_CODEC_ID_H264: return .h264
    case AV_CODEC_ID_HEVC: return .hevc
    case AV_CODEC_ID_MPEG4: return .mpeg4
    case AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO: return .mpeg12
    case AV_CODEC_ID_VP8: return .vp8
    case AV_CODEC_ID_VP9: return .vp9
    case let codec:
      let properties = unsafe avcodec_descriptor_get(codec)?.pointee.props ?? 0
      return properties & AV_CODEC_PROP_INTRA_ONLY != 0 ? .intraOnly : .other
    }
  }

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
