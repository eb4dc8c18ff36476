internal import CFFmpeg

/// How pictures become a video file.
public struct VideoEncoding: Sendable, Hashable {
  /// Frames per second; the unit of times.
  public var framesPerSecond: Int
  /// Quality from 0 (no loss) over 23 (usual) to 51, x264's constant rate factor.
  public var quality: Int
  /// Pictures from one key picture to the next, at most.
  public var keyInterval: Int
  /// B-pictures in a row, at most.
  public var reorderedFrames: Int
  // For files of every kind that the reader is tested with: FFmpeg's name of the encoder, its options, the container's.
  package var encoder: String = "libx264"
  package var options: [String: String] = ["preset": "fast"]
  package var containerOptions: [String: String] = [:]
  package var displayMatrix: [Int32] = []

  /// H.264.
  public static func h264(
    framesPerSecond: Int = 25, quality: Int = 23, keyInterval: Int = 250, reorderedFrames: Int = 3
  ) -> VideoEncoding {
    VideoEncoding(
      framesPerSecond: framesPerSecond, quality: quality, keyInterval: keyInterval, reorderedFrames: reorderedFrames)
  }
}

/// Writes pictures into a video file, H.264 in the container that the path's ending names.
///
/// One thread and no dates: equal pictures give equal files with equal libraries.
@safe public final class VideoWriter {
  private let path: String
  private let encoding: VideoEncoding
  private let width: Int
  private let height: Int
  private let layout: PixelLayout
  private let encoder: Encoder
  private var muxer: UnsafeMutablePointer<AVFormatContext>?
  private var count = 0

  /// Creates the file at `path` for pictures like `frame`; RGB pictures are stored as 4:2:0.
  /// - Throws: ``MediaError`` if the file cannot be written or the encoder refuses the pictures.
  public init(path: String, like frame: VideoFrame, encoding: VideoEncoding = .h264()) throws(MediaError) {
    self.path = path
    self.encoding = encoding
    (width, height) = (frame.width, frame.height)
    layout = frame.layout == .rgb ? .yuv420 : frame.layout
    var context: UnsafeMutablePointer<AVFormatContext>?
    guard unsafe avformat_alloc_output_context2(&context, nil, nil, path) >= 0, let muxer = unsafe context else {
      throw MediaError(.unsupported, path: path, "the ending names no container; use .mp4")
    }
    let needsHeader = unsafe muxer.pointee.oformat.pointee.flags & AVFMT_GLOBALHEADER != 0
    do {
      encoder = try unsafe Encoder(name: encoding.encoder, like: frame.converted(to: layout), path: path) {
        context, options in
        unsafe context.pointee.time_base = AVRational(num: 1, den: Int32(clamping: encoding.framesPerSecond))
        unsafe context.pointee.framerate = AVRational(num: Int32(clamping: encoding.framesPerSecond), den: 1)
        unsafe context.pointee.gop_size = Int32(clamping: encoding.keyInterval)
        unsafe context.pointee.max_b_frames = Int32(clamping: encoding.reorderedFrames)
        if needsHeader { unsafe context.pointee.flags |= Int32(AV_CODEC_FLAG_GLOBAL_HEADER) }
        options = encoding.options.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
        if encoding.encoder == "libx264" {
          options += [("crf", String(encoding.quality)), ("threads", "1")]
        }
      }
    } catch {
      unsafe avformat_free_context(muxer)
      throw error
    }
    unsafe self.muxer = unsafe muxer
    try unsafe open(muxer)
  }

  private func open(_ muxer: UnsafeMutablePointer<AVFormatContext>) throws(MediaError) {
    guard let stream = unsafe avformat_new_stream(muxer, nil) else { fatalError("out of memory: avformat_new_stream") }
    unsafe muxer.pointee.flags |= AVFMT_FLAG_BITEXACT
    unsafe avcodec_parameters_from_context(stream.pointee.codecpar, encoder.context)
    unsafe stream.pointee.time_base = encoder.context.pointee.time_base
    unsafe stream.pointee.avg_frame_rate = encoder.context.pointee.framerate
    if encoding.displayMatrix.count == 9 {
      unsafe encoding.displayMatrix.withUnsafeBufferPointer { unsafe sluice_set_display_matrix(stream, $0.baseAddress) }
    }
    try check(unsafe avio_open(&muxer.pointee.pb, "file:" + path, AVIO_FLAG_WRITE), "cannot be written")
    var options: OpaquePointer?
    defer { unsafe av_dict_free(&options) }
    for (key, value) in encoding.containerOptions.sorted(by: { $0.key < $1.key }) {
      unsafe av_dict_set(&options, key, value, 0)
    }
    try check(unsafe avformat_write_header(muxer, &options), "its container cannot hold the stream")
  }

  deinit {
    guard let muxer = unsafe muxer else { return }
    unsafe avio_closep(&muxer.pointee.pb)
    unsafe avformat_free_context(muxer)
  }

  /// Appends a picture, shown after the one before; `time` in frames overrides that for variable rates.
  /// - Throws: ``MediaError`` if it has another size than the first or cannot be written.
  public func append(_ frame: VideoFrame, at time: Int? = nil) throws(MediaError) {
    guard frame.width == width, frame.height == height else {
      throw MediaError(
        .cannotEncode, path: path, frame: count,
        "frame \(count) is \(frame.width)×\(frame.height), the file has \(width)×\(height); all frames must be alike")
    }
    let frame = try frame.converted(to: layout)
    try encoder.encode(frame, time: Int64(time ?? count)) { (packet: borrowing Packet) throws(MediaError) in
      try write(packet)
    }
    count += 1
  }

  /// Writes what is left and closes the file; without this call the file stays incomplete.
  /// - Throws: ``MediaError`` if it cannot be written.
  public func finish() throws(MediaError) {
    guard let muxer = unsafe muxer else { return }
    try encoder.finish { (packet: borrowing Packet) throws(MediaError) in try write(packet) }
    try check(unsafe av_write_trailer(muxer), "cannot be written")
    try check(unsafe avio_closep(&muxer.pointee.pb), "cannot be written")
    unsafe avformat_free_context(muxer)
    unsafe self.muxer = nil
  }

  private func write(_ packet: borrowing Packet) throws(MediaError) {
    guard let muxer = unsafe muxer, let stream = unsafe muxer.pointee.streams[0] else {
      throw MediaError(.cannotEncode, path: path, "is finished; a frame came after finish()")
    }
    unsafe packet.pointer.pointee.stream_index = 0
    if unsafe packet.pointer.pointee.duration == 0 { unsafe packet.pointer.pointee.duration = 1 }
    unsafe av_packet_rescale_ts(packet.pointer, encoder.context.pointee.time_base, stream.pointee.time_base)
    try check(unsafe av_interleaved_write_frame(muxer, packet.pointer), "cannot be written")
  }

  private func check(_ code: Int32, _ what: String) throws(MediaError) {
    guard code >= 0 else { throw MediaError(.cannotEncode, path: path, "\(what): \(FFmpeg.message(code))") }
  }
}
