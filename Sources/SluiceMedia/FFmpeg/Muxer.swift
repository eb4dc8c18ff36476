internal import CFFmpeg

/// A file being written with one stream of frames, AVFormatContext.
@safe final class Muxer {
  private let path: String
  private let context: UnsafeMutablePointer<AVFormatContext>
  private var unit = AVRational(num: 1, den: 1)

  /// Chooses the container that the path's ending names; nothing is written yet.
  init(path: String) throws(MediaError) {
    try FFmpeg.require(for: path)
    var made: UnsafeMutablePointer<AVFormatContext>?
    guard unsafe avformat_alloc_output_context2(&made, nil, nil, path) >= 0, let context = unsafe made else {
      throw MediaError(.unsupported, path: path, "the ending names no container; use .mp4")
    }
    unsafe self.context = unsafe context
    self.path = path
  }

  deinit {
    unsafe avio_closep(&context.pointee.pb)
    unsafe avformat_free_context(context)
  }

  /// Whether the encoder's headers stand at the file's beginning instead of in the stream.
  var wantsGlobalHeader: Bool {
    unsafe context.pointee.oformat.pointee.flags & AVFMT_GLOBALHEADER != 0
  }

  /// Creates the file and writes its header.
  /// - Parameter displayMatrix: nine numbers that say how frames are turned, or none.
  func open(
    for encoder: borrowing Encoder, options: [String: String], displayMatrix: [Int32]
  ) throws(MediaError) {
    guard let stream = unsafe avformat_new_stream(context, nil) else {
      fatalError("out of memory: avformat_new_stream")
    }
    unsafe context.pointee.flags |= AVFMT_FLAG_BITEXACT
    unsafe avcodec_parameters_from_context(stream.pointee.codecpar, encoder.context)
    unit = unsafe encoder.context.pointee.time_base
    unsafe stream.pointee.time_base = unit
    unsafe stream.pointee.avg_frame_rate = encoder.context.pointee.framerate
    if displayMatrix.count == 9 {
      unsafe displayMatrix.withUnsafeBufferPointer { unsafe sluice_set_display_matrix(stream, $0.baseAddress) }
    }
    try check(unsafe avio_open(&context.pointee.pb, "file:" + path, AVIO_FLAG_WRITE), "cannot be written")
    var dictionary: OpaquePointer?
    defer { unsafe av_dict_free(&dictionary) }
    for (key, value) in options.sorted(by: { $0.key < $1.key }) { unsafe av_dict_set(&dictionary, key, value, 0) }
    try check(unsafe avformat_write_header(context, &dictionary), "its container cannot hold the stream")
  }

  /// Appends a packet of the encoder.
  func write(_ packet: borrowing Packet) throws(MediaError) {
    guard let stream = unsafe context.pointee.streams[0] else { return }
    unsafe packet.pointer.pointee.stream_index = 0
    if unsafe packet.pointer.pointee.duration == 0 { unsafe packet.pointer.pointee.duration = 1 }
    unsafe av_packet_rescale_ts(packet.pointer, unit, stream.pointee.time_base)
    try check(unsafe av_interleaved_write_frame(context, packet.pointer), "cannot be written")
  }

  /// Completes the file and closes it.
  func finish() throws(MediaError) {
    try check(unsafe av_write_trailer(context), "cannot be written")
    try check(unsafe avio_closep(&context.pointee.pb), "cannot be written")
  }

  private func check(_ code: Int32, _ what: String) throws(MediaError) {
    guard code >= 0 else { throw MediaError(.cannotEncode, path: path, "\(what): \(FFmpeg.message(code))") }
  }
}
