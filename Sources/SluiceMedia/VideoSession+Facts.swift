internal import CFFmpeg

extension VideoSession {
  /// Presentation times in display order, seconds from the first picture.
  ///
  /// Where presentation times are missing, decoding times in ascending order stand for them, and else the stated rate.
  static func times(of index: PacketIndex, stream: UnsafeMutablePointer<AVStream>) -> [Double] {
    var stamps = index.display.map { index.packets[Int($0)].time }
    if stamps.contains(FFmpeg.noTime) || zip(stamps, stamps.dropFirst()).contains(where: { $0 > $1 }) {
      stamps = index.display.map { index.packets[Int($0)].decodingTime }.sorted()
    }
    let unit = unsafe av_q2d(stream.pointee.time_base)
    if let first = stamps.first, first != FFmpeg.noTime, unit.isFinite, unit > 0 {
      return stamps.map { Double($0 &- first) * unit }
    }
    let rate = unsafe statedRate(of: stream) ?? 25
    return stamps.indices.map { Double($0) / rate }
  }

  /// Frames per second on average.
  var frameRate: Double? {
    if times.count > 1, let last = times.last, last > 0 { return Double(times.count - 1) / last }
    return unsafe VideoSession.statedRate(of: reader.stream)
  }

  private static func statedRate(of stream: UnsafeMutablePointer<AVStream>) -> Double? {
    let rate = unsafe av_q2d(stream.pointee.avg_frame_rate)
    return rate.isFinite && rate > 0 ? rate : nil
  }

  /// Width and height as displayed.
  var size: (width: Int, height: Int) {
    guard let parameters = unsafe reader.stream.pointee.codecpar else { return (0, 0) }
    let (width, height) = unsafe (Int(parameters.pointee.width), Int(parameters.pointee.height))
    return orientation.isTransposed ? (height, width) : (width, height)
  }
}
