internal import CFFmpeg

extension VideoSession {
  /// Presentation times in display order, seconds from the first picture; by the average rate where the file has none.
  var times: [Double] {
    let known = index.display.map { converter.seconds(index.packets[Int($0)].time) }
    let rate = statedRate ?? 25
    return known.enumerated().map { place, time in time ?? Double(place) / rate }
  }

  /// Frames per second on average.
  var frameRate: Double? {
    let times = self.times
    if times.count > 1, let last = times.last, last > 0 { return Double(times.count - 1) / last }
    return statedRate
  }

  private var statedRate: Double? {
    let rate = unsafe av_q2d(reader.stream.pointee.avg_frame_rate)
    return rate.isFinite && rate > 0 ? rate : nil
  }

  /// Width and height as displayed.
  var size: (width: Int, height: Int) {
    guard let parameters = unsafe reader.stream.pointee.codecpar else { return (0, 0) }
    let (width, height) = unsafe (Int(parameters.pointee.width), Int(parameters.pointee.height))
    return converter.orientation.isTransposed ? (height, width) : (width, height)
  }
}
