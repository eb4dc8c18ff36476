internal import CFFmpeg

/// An open container and the stream of frames in it, AVFormatContext.
@safe final class Demuxer {
  private let context: UnsafeMutablePointer<AVFormatContext>
  let stream: UnsafeMutablePointer<AVStream>
  /// Whether the container states boundaries and times of frames itself; otherwise FFmpeg's parsers find them.
  let isFramedByContainer: Bool
  private let deadline: Deadline

  /// Containers that hold their frames themselves.
  ///
  /// Play lists, network descriptions and formats made from any text are left out: an untrusted file must not
  /// open others.
  private static let formats = """
    mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,h264,hevc,m4v,h263,obu,av1,ivf,gif,\
    apng,png_pipe,mjpeg,mjpeg_2000,j2k_pipe,nut,mxf,yuv4mpegpipe,dv,rm,wtv,swf,gxf,roq,smk,vc1,vc1test,dirac,nsv,dhav,flic,ffm,live_flv,kux,amv
    """

  /// How a container is read.
  enum Way: Sendable {
    /// Where the container says itself where frames begin and when they are shown, as it says it.
    case trusting
    /// As the `ffmpeg` program reads it: with its parsers, after a look at the first frames.
    case plain
  }

  /// The number of the stream among those of video.
  let streamNumber: Int
  /// Packets of the stream that were read, empty ones too.
  private(set) var readCount = 0

  /// Opens `path` as far as the headers.
  ///
  /// - Parameter number: the number of the stream among those of video; the default one if `nil`.
  /// - Throws: ``MediaError/Code/cannotOpen`` or ``MediaError/Code/notVideo``.
  init(path: String, stream number: Int?, way: Way, limits: MediaLimits, deadline: Deadline) throws(MediaError) {
    let context = try unsafe Demuxer.open(path, limits, deadline)
    guard let (stream, isFramed) = unsafe Demuxer.select(number, of: context, way) else {
      let reason = unsafe Demuxer.reason(for: number, context)
      unsafe Demuxer.close(context)
      throw deadline.hasPassed ? Demuxer.timeout(path, limits) : MediaError(.notVideo, path: path, reason)
    }
    unsafe self.context = unsafe context
    unsafe self.stream = unsafe stream
    streamNumber = unsafe Demuxer.videoStreams(of: context).firstIndex { unsafe $0 == stream } ?? 0
    isFramedByContainer = isFramed
    self.deadline = deadline
  }

  private static func open(
    _ path: String, _ limits: MediaLimits, _ deadline: Deadline
  ) throws(MediaError)
    -> UnsafeMutablePointer<AVFormatContext>
  {
    try FFmpeg.require(for: path)
    // What begins like an image would be taken for one.
    let beginning = try FileBytes.read(path, limit: 1 << 16)
    let format =
      switch ImageCodec(signature: beginning) {
      case .png: unsafe av_find_input_format(try isAnimation(beginning, path) ? "apng" : "png_pipe")
      case .jpeg: unsafe av_find_input_format("mjpeg")
      case .webp, .bmp, nil: unsafe UnsafePointer<AVInputFormat>?.none
      }
    guard let allocated = unsafe avformat_alloc_context() else { fatalError("out of memory: avformat_alloc_context") }
    unsafe allocated.pointee.interrupt_callback.callback = { opaque in
      guard let opaque = unsafe opaque else { return 0 }
      return unsafe Unmanaged<Deadline>.fromOpaque(opaque).takeUnretainedValue().hasPassed ? 1 : 0
    }
    unsafe allocated.pointee.interrupt_callback.opaque = unsafe Unmanaged.passUnretained(deadline).toOpaque()
    // Files named inside the file stay closed.
    unsafe allocated.pointee.io_open = { _, _, _, _, _ in sluice_averror_access() }
    var io: UnsafeMutablePointer<AVIOContext>?
    var callback = unsafe allocated.pointee.interrupt_callback
    let reached = unsafe avio_open2(&io, "file:" + path, AVIO_FLAG_READ, &callback, nil)
    guard reached >= 0 else {
      unsafe avformat_free_context(allocated)
      throw MediaError(.cannotOpen, path: path, "cannot be opened: \(FFmpeg.message(reached))")
    }
    unsafe allocated.pointee.pb = unsafe io

    var options: OpaquePointer?
    unsafe av_dict_set(&options, "format_whitelist", Demuxer.formats, 0)
    unsafe av_dict_set(&options, "protocol_whitelist", "file", 0)
    defer { unsafe av_dict_free(&options) }
    var opened: UnsafeMutablePointer<AVFormatContext>? = unsafe allocated
    let code = unsafe avformat_open_input(&opened, path, format, &options)
    guard code >= 0, let context = unsafe opened else {
      unsafe avio_closep(&io)
      throw deadline.hasPassed
        ? Demuxer.timeout(path, limits)
        : MediaError(.notVideo, path: path, "is not a video that can be read: \(Demuxer.reason(code))")
    }
    return unsafe context
  }

  /// Whether a PNG file is an animation, and not a stream of images.
  /// - Throws: ``MediaError/Code/notVideo`` if it is neither.
  private static func isAnimation(_ beginning: [UInt8], _ path: String) throws(MediaError) -> Bool {
    guard let header = ImageHeader(.png, beginning.span) else {
      throw MediaError(.notVideo, path: path, "is not a video that can be read: the PNG header is damaged or cut off")
    }
    return header.isAnimation
  }

  /// Chooses the stream of frames, and whether its packets need FFmpeg's parsers.
  private static func select(
    _ number: Int?, of context: UnsafeMutablePointer<AVFormatContext>, _ way: Way
  )
    -> (stream: UnsafeMutablePointer<AVStream>, isFramedByContainer: Bool)?
  {
    var found = unsafe stream(number, of: context)
    var isFramed = false
    if let stream = unsafe found, way == .trusting {
      let name = unsafe String(cString: context.pointee.iformat.pointee.name)
      let codec = unsafe stream.pointee.codecpar.pointee.codec_id
      let modern = [AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_VP8, AV_CODEC_ID_VP9, AV_CODEC_ID_AV1]
      let hasHeaders =
        unsafe stream.pointee.codecpar.pointee.extradata_size > 0
        || (codec != AV_CODEC_ID_H264 && codec != AV_CODEC_ID_HEVC)
      isFramed = (name.hasPrefix("mov,") || (name.hasPrefix("matroska") && modern.contains(codec))) && hasHeaders
    }
    if isFramed {
      unsafe context.pointee.flags |= AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN
    } else {
      // Streams and time stamps come from the frames themselves: read ahead, within FFmpeg's default bounds.
      unsafe avformat_find_stream_info(context, nil)
      unsafe found = unsafe stream(number, of: context)
    }
    guard let stream = unsafe found else { return nil }
    for number in 0..<(unsafe Int(context.pointee.nb_streams)) {
      guard let other = unsafe context.pointee.streams[number] else { continue }
      unsafe other.pointee.discard = unsafe other == stream ? AVDISCARD_DEFAULT : AVDISCARD_ALL
    }
    return unsafe (stream, isFramed)
  }

  deinit {
    unsafe Demuxer.close(context)
  }

  /// Reads the stream's next packet in decoding order; `false` at the end of what can be read.
  func read(into packet: borrowing Packet) -> Bool {
    let number = unsafe stream.pointee.index
    while true {
      packet.clear()
      guard unsafe av_read_frame(context, packet.pointer) >= 0 else { return false }
      guard unsafe packet.pointer.pointee.stream_index == number else { continue }
      readCount += 1
      if packet.byteCount > 0 { return true }
    }
  }

  /// Moves to a key packet at or before `time` (in the stream's unit); `false` where the container cannot.
  func seek(to time: Int64) -> Bool {
    unsafe av_seek_frame(context, stream.pointee.index, time, AVSEEK_FLAG_BACKWARD) >= 0
  }

  /// Frames that the container's index names, 0 where it has none.
  var indexedCount: Int { unsafe Int(avformat_index_get_entries_count(stream)) }

  /// Whether the container's index was written by who made the file, and names all its frames.
  var statesCount: Bool { unsafe String(cString: context.pointee.iformat.pointee.name).hasPrefix("mov,") }

  private static func videoStreams(
    of context: UnsafeMutablePointer<AVFormatContext>
  ) -> [UnsafeMutablePointer<AVStream>] {
    var streams: [UnsafeMutablePointer<AVStream>] = unsafe []
    for number in 0..<(unsafe Int(context.pointee.nb_streams)) {
      guard let stream = unsafe context.pointee.streams[number], let parameters = unsafe stream.pointee.codecpar,
        unsafe parameters.pointee.codec_type == AVMEDIA_TYPE_VIDEO
      else { continue }
      unsafe streams.append(stream)
    }
    return unsafe streams
  }

  // The stream that the container calls its default one, else the first; a cover image is none.
  private static func stream(
    _ number: Int?, of context: UnsafeMutablePointer<AVFormatContext>
  ) -> UnsafeMutablePointer<AVStream>? {
    let streams = unsafe videoStreams(of: context)
    if let number { return unsafe streams.indices.contains(number) ? streams[number] : nil }
    let videos = unsafe streams.filter { unsafe $0.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0 }
    return unsafe videos.first { unsafe $0.pointee.disposition & AV_DISPOSITION_DEFAULT != 0 } ?? videos.first
  }

  private static func reason(for number: Int?, _ context: UnsafeMutablePointer<AVFormatContext>) -> String {
    let count = unsafe Int(context.pointee.nb_streams)
    let videos = unsafe videoStreams(of: context).count
    if let number, videos > 0 {
      return "has no video stream \(number); there \(videos == 1 ? "is one" : "are \(videos)"), 0 to \(videos - 1)"
    }
    let name = unsafe String(cString: context.pointee.iformat.pointee.name)
    return "holds no video: none of the \(count) streams in its \(name) container is one"
  }

  // avformat_close_input leaves an I/O context that it did not open itself.
  private static func close(_ context: UnsafeMutablePointer<AVFormatContext>) {
    var io = unsafe context.pointee.pb
    var opened: UnsafeMutablePointer<AVFormatContext>? = unsafe context
    unsafe avformat_close_input(&opened)
    unsafe avio_closep(&io)
  }

  private static func reason(_ code: Int32) -> String {
    code == -EINVAL ? "its container is unknown" : FFmpeg.message(code)
  }

  static func timeout(_ path: String, _ limits: MediaLimits) -> MediaError {
    MediaError(
      .timedOut, path: path,
      "reading took longer than \(limits.seconds) s; raise MediaLimits.seconds if the file is sound")
  }
}
