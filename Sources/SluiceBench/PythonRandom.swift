/// The numbers of Python's `random.Random(seed)`, so that a benchmark's jobs are those of the programs beside it.
///
/// - Source: Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998); CPython's `random` module.
struct PythonRandom {
  private var state = [UInt32](repeating: 0, count: 624)
  private var position = 624

  init(seed: UInt32) {
    state[0] = 19_650_218
    for index in 1..<624 {
      state[index] = 1_812_433_253 &* (state[index - 1] ^ state[index - 1] >> 30) &+ UInt32(index)
    }
    // `init_by_array` with the seed as its only word.
    var index = 1
    func next() {
      index += 1
      if index == 624 {
        state[0] = state[623]
        index = 1
      }
    }
    for _ in 0..<624 {
      state[index] = (state[index] ^ (state[index - 1] ^ state[index - 1] >> 30) &* 1_664_525) &+ seed
      next()
    }
    for _ in 0..<623 {
      state[index] = (state[index] ^ (state[index - 1] ^ state[index - 1] >> 30) &* 1_566_083_941) &- UInt32(index)
      next()
    }
    state[0] = 0x8000_0000
  }

  private mutating func word() -> UInt32 {
    if position == 624 {
      for index in 0..<624 {
        let mixed = state[index] & 0x8000_0000 | state[(index + 1) % 624] & 0x7FFF_FFFF
        state[index] = state[(index + 397) % 624] ^ mixed >> 1 ^ (mixed & 1 == 1 ? 0x9908_B0DF : 0)
      }
      position = 0
    }
    var word = state[position]
    position += 1
    word ^= word >> 11
    word ^= word << 7 & 0x9D2C_5680
    word ^= word << 15 & 0xEFC6_0000
    return word ^ word >> 18
  }

  /// `random()`.
  mutating func real() -> Double {
    let (high, low) = (Double(word() >> 5), Double(word() >> 6))
    return (high * 67_108_864 + low) / 9_007_199_254_740_992
  }

  /// `uniform(a, b)`.
  mutating func uniform(_ first: Double, _ last: Double) -> Double { first + (last - first) * real() }

  /// `randint(a, b)`, both ends included.
  mutating func integer(in range: ClosedRange<Int>) -> Int {
    let count = UInt32(range.count)
    let bits = UInt32.bitWidth - count.leadingZeroBitCount
    while true {
      let value = word() >> UInt32(32 - bits)
      if value < count { return range.lowerBound + Int(value) }
    }
  }
}
