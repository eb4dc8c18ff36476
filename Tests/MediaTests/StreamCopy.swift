import CFFmpeg
import Foundation

/// Copies the coded frames of videos into another container without decoding them, as `ffmpeg -c copy` does.
enum StreamCopy {
  /// A video, from one of its key frames on.
  struct Part {
    var path: String
    /// How many of the frames that the container calls key frames are left out, with all before the next.
    var skippedKeys = 0
  }

  /// Writes the parts one after the other.
  ///
  /// - Returns: whether the container at `path`, which its ending names, can hold them.
  static func write(_ parts: [Part], to path: String) -> Bool {
    guard sluice_ffmpeg_open() == nil else { return false }
    var output: UnsafeMutablePointer<AVFormatContext>?
    guard avformat_alloc_output_context2(&output, nil, nil, path) >= 0, let output else { return false }
    defer { avformat_free_context(output) }
    output.pointee.flags |= AVFMT_FLAG_BITEXACT
    var end: Int64 = 0
    for (number, part) in parts.enumerated() {
      var input: UnsafeMutablePointer<AVFormatContext>?
      guard avformat_open_input(&input, part.path, nil, nil) >= 0, let opened = input else { return false }
      defer { avformat_close_input(&input) }
      avformat_find_stream_info(opened, nil)
      guard let source = video(of: opened) else { return false }
      if number == 0 {
        guard begin(output, like: source, path) else { return false }
      }
      guard let stream = output.pointee.streams[0] else { return false }
      end = copy(from: opened, source, to: output, stream, skippedKeys: part.skippedKeys, offset: end)
    }
    let isWritten = av_write_trailer(output) >= 0
    return avio_closep(&output.pointee.pb) >= 0 && isWritten
  }

  private static func video(of context: UnsafeMutablePointer<AVFormatContext>) -> UnsafeMutablePointer<AVStream>? {
    (0..<Int(context.pointee.nb_streams)).lazy.compactMap { context.pointee.streams[$0] }
      .first { $0.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_VIDEO }
  }

  private static func begin(
    _ output: UnsafeMutablePointer<AVFormatContext>, like source: UnsafeMutablePointer<AVStream>, _ path: String
  ) -> Bool {
    guard let stream = avformat_new_stream(output, nil),
      avcodec_parameters_copy(stream.pointee.codecpar, source.pointee.codecpar) >= 0
    else { return false }
    stream.pointee.codecpar.pointee.codec_tag = 0
    stream.pointee.time_base = source.pointee.time_base
    stream.pointee.avg_frame_rate = source.pointee.avg_frame_rate
    guard avio_open(&output.pointee.pb, "file:" + path, AVIO_FLAG_WRITE) >= 0 else { return false }
    guard avformat_write_header(output, nil) >= 0 else {
      avio_closep(&output.pointee.pb)
      return false
    }
    return true
  }

  /// - Returns: where the next part begins, in the output's unit of time.
  private static func copy(
    from input: UnsafeMutablePointer<AVFormatContext>, _ source: UnsafeMutablePointer<AVStream>,
    to output: UnsafeMutablePointer<AVFormatContext>, _ stream: UnsafeMutablePointer<AVStream>, skippedKeys: Int,
    offset: Int64
  ) -> Int64 {
    var packet = av_packet_alloc()
    defer { av_packet_free(&packet) }
    guard let packet else { return offset }
    let unknown = sluice_no_pts()
    var (keys, begin, end) = (0, Int64?.none, offset)
    while av_read_frame(input, packet) >= 0 {
      defer { av_packet_unref(packet) }
      guard packet.pointee.stream_index == source.pointee.index else { continue }
      if packet.pointee.flags & AV_PKT_FLAG_KEY != 0 { keys += 1 }
      guard keys > skippedKeys else { continue }
      packet.pointee.stream_index = 0
      av_packet_rescale_ts(packet, source.pointee.time_base, stream.pointee.time_base)
      let first = begin ?? (packet.pointee.dts == unknown ? 0 : packet.pointee.dts)
      begin = first
      for time in [\AVPacket.pts, \AVPacket.dts] where packet.pointee[keyPath: time] != unknown {
        packet.pointee[keyPath: time] += offset - first
      }
      if packet.pointee.dts != unknown { end = max(end, packet.pointee.dts + max(1, packet.pointee.duration)) }
      av_interleaved_write_frame(output, packet)
    }
    return end
  }
}
