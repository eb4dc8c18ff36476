extension NodeMetrics {
  /// The share of its workers' time spent working; 0 before anything has run.
  public var busyShare: Double { share(busy) }

  /// The share of its workers' time spent waiting for an element.
  public var starvedShare: Double { share(waitingForInput) }

  /// The share of its workers' time spent with an output that found no room.
  public var blockedShare: Double { share(waitingForOutput) }

  private func share(_ part: UInt64) -> Double {
    Double(part) / max(1, Double(busy) + Double(waitingForInput) + Double(waitingForOutput))
  }
}
