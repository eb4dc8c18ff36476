/// The order counts of frames, of which slices have the low bits (H.264, 8.2.1; HEVC, 8.3.1).
struct OrderCount: Sendable {
  /// Where counting began anew, so far.
  private(set) var refreshes: Int64 = 0
  private var high = 0
  private var low = 0

  /// Begins anew with 0.
  mutating func refresh() {
    refreshes += 1
    (high, low) = (0, 0)
  }

  /// The count whose low bits are `low`: the one next to that of the last frame that others are counted from.
  func position(of low: Int, bits: Int) -> Int {
    let range = 1 << bits
    if low < self.low, self.low - low >= range / 2 { return high + range + low }
    if low > self.low, low - self.low > range / 2 { return high - range + low }
    return high + low
  }

  /// The frames behind are counted from that one.
  mutating func refer(to position: Int, low: Int) { (high, self.low) = (position - low, low) }

  /// A number by which frames are put in order, also beyond where counting begins anew.
  func key(of position: Int) -> Int64 { refreshes << 34 + Int64(position) + 1 << 33 }
}
