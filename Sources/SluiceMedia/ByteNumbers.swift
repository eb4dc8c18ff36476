extension Span<UInt8> {
  /// The number in `count` bytes from `offset` on, least significant first.
  /// - Precondition: they are there.
  func littleEndian(_ offset: Int, _ count: Int) -> Int {
    (0..<count).reduce(0) { $0 | Int(self[offset + $1]) << (8 * $1) }
  }
}
