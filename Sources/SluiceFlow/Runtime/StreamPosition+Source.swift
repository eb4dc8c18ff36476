extension StreamPosition {
  /// The position of one source, checked to belong to the same list and to numbers that can be.
  func position(
    of stream: DeliveryTracker.Stream, number: Int, parts: BatchParts
  ) throws(FlowError) -> SourcePosition? {
    guard !sources.isEmpty else { return nil }
    func mismatch(_ reason: String) -> FlowError {
      FlowError(.positionMismatch, "\(stream.name): \(reason)", stage: stream.name)
    }
    guard sources.indices.contains(number), sources[number].name == stream.name else {
      let known = sources.map(\.name).joined(separator: ", ")
      throw mismatch("the position to go on from has the sources \(known). Go on with the same pipeline.")
    }
    let source = sources[number]
    guard source.count == stream.count else {
      throw mismatch(
        """
        the list has \(stream.count) samples, the position to go on from belongs to one of \(source.count). Go on with \
        the same list.
        """)
    }
    let known = max(1, source.nextOfParts.count)
    guard known == parts.count else {
      throw mismatch(
        """
        batches have \(parts.count) parts, in the position to go on from \(known). Go on with as many; the number of \
        processes may change.
        """)
    }
    if let sample = source.unfinished.first(where: { $0.count != stream.outputs }) {
      throw mismatch(
        """
        a sample gives \(stream.outputs) outputs, in the position to go on from \(sample.count). Go on with the same \
        expansions.
        """)
    }
    guard step >= 0, source.isSound else { throw mismatch("the position to go on from is damaged.") }
    return source
  }
}

extension SourcePosition {
  /// Whether all numbers are such as a run leaves behind.
  fileprivate var isSound: Bool {
    let largest = Int.max / 2
    return (0...largest).contains(consumed) && ahead.allSatisfy((0...largest).contains)
      && unfinished.allSatisfy {
        (0...largest).contains($0.ordinal) && $0.delivered.allSatisfy((0..<$0.count).contains)
      }
      && nextOfParts.enumerated().allSatisfy { (0...largest).contains($1) && $1 % nextOfParts.count == $0 }
  }
}
