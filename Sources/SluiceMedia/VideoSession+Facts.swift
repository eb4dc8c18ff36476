extension VideoSession {
  /// Presentation times in display order, seconds from the first frame.
  ///
  /// Where presentation times are missing, decoding times in ascending order stand for them, and else the stated rate.
  static func times(of index: PacketIndex, stream: StreamDescription) -> [Double] {
    var stamps = index.display.map { index.packets[Int($0)].time }
    if stamps.contains(FFmpeg.noTime) || zip(stamps, stamps.dropFirst()).contains(where: { $0 > $1 }) {
      stamps = index.display.map { index.packets[Int($0)].decodingTime }.sorted()
    }
    if let first = stamps.first, first != FFmpeg.noTime, let unit = stream.unit {
      return stamps.map { Double($0 &- first) * unit }
    }
    let rate = stream.frameRate ?? 25
    return stamps.indices.map { Double($0) / rate }
  }

  /// Frames per second on average.
  var frameRate: Double? {
    if times.count > 1, let last = times.last, last > 0 { return Double(times.count - 1) / last }
    return reader.stream.frameRate
  }

  /// Width and height as displayed.
  var size: (width: Int, height: Int) {
    let (width, height) = reader.stream.size
    return reader.stream.orientation.isTransposed ? (height, width) : (width, height)
  }
}
