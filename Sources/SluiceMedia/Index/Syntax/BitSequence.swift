/// Bits that are read one after the other, most significant first.
protocol BitSequence {
  /// The next `count` bits as a number.
  mutating func read(_ count: Int) -> Int
}

extension BitSequence {
  /// An unsigned Exp-Golomb number, at most 2^16 - 2.
  mutating func exponential() -> Int {
    var zeros = 0
    while zeros < 16, read(1) == 0 { zeros += 1 }
    return zeros == 16 ? 65534 : (1 << zeros) - 1 + read(zeros)
  }
}
