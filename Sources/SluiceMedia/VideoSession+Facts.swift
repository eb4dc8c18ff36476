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

  /// Why the file as a whole is not sound.
  var fault: MediaError? {
    let held = index.display.count
    if let missing = ContainerLength(missingFrom: path) {
      let count = reader.statedCount.map { "\(held) of \($0) frames" } ?? "\(held) frames"
      return MediaError(
        .cannotDecode, path: path,
        "is cut off: \(missing.actual) of \(missing.stated) bytes are there, with \(count). Get the whole file")
    }
    if let stated = reader.statedCount {
      return MediaError(
        .cannotDecode, path: path,
        "is cut off: its container names \(stated) frames, \(held) are there. Get the whole file")
    }
    if reader.endsWithinPacket {
      return MediaError(
        .cannotDecode, path: path, "is cut off within the last of its \(held) frames. Get the whole file")
    }
    guard let change else { return nil }
    return MediaError(
      .unsupported, path: path, frame: change.frame,
      "its frames change at frame \(change.frame) of \(held), from \(change.from.description(beside: change.to)) to "
        + "\(change.to.description(beside: change.from)). Divide the file there, or convert it to one size and format")
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
