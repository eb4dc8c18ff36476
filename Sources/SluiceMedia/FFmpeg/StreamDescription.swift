internal import CFFmpeg

/// What the container says of the stream of pictures, in own memory: it outlives the open container.
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
  init(image codec: AVCodecID) {
    guard let own = unsafe avcodec_parameters_alloc() else { fatalError("out of memory: avcodec_parameters_alloc") }
    unsafe own.pointee.codec_type = AVMEDIA_TYPE_VIDEO
    unsafe own.pointee.codec_id = codec
    unsafe parameters = unsafe own
    timeBase = AVRational(num: 1, den: 1)
    frameRate = nil
    orientation = Orientation()
  }

  deinit {
    var parameters: UnsafeMutablePointer<AVCodecParameters>? = unsafe parameters
    unsafe avcodec_parameters_free(&parameters)
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
