/// The generator MT19937, begun with one number: what NumPy's older random numbers come from.
///
/// For splits that others drew with it, which have to be drawn alike; what Sluice draws itself comes from ``KeyedRandom``.
/// - Source: Matsumoto and Nishimura, "Mersenne Twister", 1998; NumPy, `RandomState`.
package struct MersenneTwister: RandomNumberGenerator, Sendable {
  private static let count = 624
  private var state: [UInt32]
  private var index = Self.count

  package init(seed: UInt32) {
    state = [seed]
    for position in 1..<Self.count {
      let last = state[position - 1]
      state.append(1_812_433_253 &* (last ^ (last >> 30)) &+ UInt32(position))
    }
  }

  /// 32 random bits.
  package mutating func word() -> UInt32 {
    if index == Self.count { twist() }
    var word = state[index]
    index += 1
    word ^= word >> 11
    word ^= (word << 7) & 0x9D2C_5680
    word ^= (word << 15) & 0xEFC6_0000
    return word ^ (word >> 18)
  }

  package mutating func next() -> UInt64 {
    let low = UInt64(word())
    return low | UInt64(word()) << 32
  }

  /// The numbers below `count` in a random order, as `RandomState.permutation` gives them.
  package mutating func permutation(_ count: Int) -> [Int] {
    var numbers = Array(0..<count)
    for last in numbers.indices.dropFirst().reversed() { numbers.swapAt(last, number(upTo: last)) }
    return numbers
  }

  /// A number in `0 ... largest`: bits are drawn until they are one.
  private mutating func number(upTo largest: Int) -> Int {
    let mask = UInt32.max >> UInt32(largest).leadingZeroBitCount
    while true {
      let number = Int(word() & mask)
      if number <= largest { return number }
    }
  }

  private mutating func twist() {
    let (count, distance) = (Self.count, 397)
    for position in 0..<count {
      let joined = (state[position] & 0x8000_0000) | (state[(position + 1) % count] & 0x7FFF_FFFF)
      let change: UInt32 = joined & 1 == 0 ? 0 : 0x9908_B0DF
      state[position] = state[(position + distance) % count] ^ (joined >> 1) ^ change
    }
    index = 0
  }
}
