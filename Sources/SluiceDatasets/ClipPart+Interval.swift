extension ClipPart {
  /// The frames of an interval that a list gives in seconds of frames stored at one rate, as Charades has them.
  ///
  /// The first is that at `start`; there are as many as fit before `end` or the end of the video, both rounded down, and at
  /// least one. Frames are numbered as the list has them: the video may have fewer.
  ///
  /// - Parameters:
  ///   - total: the length of the video, seconds.
  ///   - rate: frames of a second.
  /// - Returns: `nil` for numbers that no video has.
  public static func interval(from start: Double, to end: Double, of total: Double, at rate: Double) -> ClipPart? {
    let (first, length) = (start * rate, min(end, total) * rate - start * rate)
    guard first >= 0, first < 0x1p31, length < 0x1p31 else { return nil }
    // A shorter one has no frame to draw from.
    let count = length >= 1 ? Int(length) : 1
    return .frames(Int(first)..<Int(first) + count)
  }
}
