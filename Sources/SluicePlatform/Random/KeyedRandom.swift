/// What a random decision may ask for; a test answers from a recording instead.
public protocol RandomDraws {
  /// A real number in `lower ..< upper` (or `upper ..< lower`): `lower + (upper - lower) * u` with `u` in `0 ..< 1`.
  mutating func uniform(_ lower: Double, _ upper: Double) -> Double
  /// A whole number of the range, both ends included.
  mutating func integer(in range: ClosedRange<Int>) -> Int
}

extension RandomDraws {
  /// The values in a random order, every order equally likely.
  package mutating func shuffled<Value>(_ values: [Value]) -> [Value] {
    var values = values
    for index in values.indices.dropLast() { values.swapAt(index, integer(in: index...values.count - 1)) }
    return values
  }
}

/// A counter-based generator that belongs to one sample at one stage.
///
/// Equal keys give equal numbers on every machine and for any number of workers, because nothing is shared: the state
/// is the key and a counter.
/// - Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011; Philox4x32-10.
public struct KeyedRandom: RandomNumberGenerator, RandomDraws, Sendable {
  private let key: (UInt32, UInt32)
  private let stream: (UInt32, UInt32)
  private var block: UInt64 = 0
  private var spare: UInt64?

  /// The generator of one sample.
  /// - Parameters:
  ///   - seed: the run's seed.
  ///   - epoch: how often the list has been gone through.
  ///   - sample: the sample's number in its list.
  ///   - stage: who draws; two stages with different names draw independently.
  ///   - repetition: which of several outputs of the sample it is; each draws independently.
  public init(seed: UInt64, epoch: Int, sample: Int, stage: String, repetition: Int = 0) {
    var name: UInt64 = 0xCBF2_9CE4_8422_2325  // FNV-1a
    for byte in stage.utf8 { name = (name ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    let keyed = KeyedRandom.mix(seed ^ KeyedRandom.mix(name))
    var sampleKey = KeyedRandom.mix(
      KeyedRandom.mix(UInt64(bitPattern: Int64(epoch)) &+ keyed) ^ UInt64(bitPattern: Int64(sample)))
    // The first one draws what a sample without repetitions does.
    if repetition != 0 {
      sampleKey = KeyedRandom.mix(sampleKey ^ KeyedRandom.mix(UInt64(bitPattern: Int64(repetition))))
    }
    key = (UInt32(truncatingIfNeeded: keyed), UInt32(truncatingIfNeeded: keyed >> 32))
    stream = (UInt32(truncatingIfNeeded: sampleKey), UInt32(truncatingIfNeeded: sampleKey >> 32))
  }

  public mutating func next() -> UInt64 {
    if let value = spare {
      spare = nil
      return value
    }
    var counter = (UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32), stream.0, stream.1)
    var round = key
    for _ in 0..<10 {
      let first = UInt64(0xD251_1F53) &* UInt64(counter.0)
      let second = UInt64(0xCD9E_8D57) &* UInt64(counter.2)
      counter = (
        UInt32(truncatingIfNeeded: second >> 32) ^ counter.1 ^ round.0, UInt32(truncatingIfNeeded: second),
        UInt32(truncatingIfNeeded: first >> 32) ^ counter.3 ^ round.1, UInt32(truncatingIfNeeded: first)
      )
      round = (round.0 &+ 0x9E37_79B9, round.1 &+ 0xBB67_AE85)
    }
    block &+= 1
    spare = UInt64(counter.2) | UInt64(counter.3) << 32
    return UInt64(counter.0) | UInt64(counter.1) << 32
  }

  /// Leaves out the next `count` words of ``next()``, however many, at once.
  public mutating func skip(_ count: Int) {
    precondition(count >= 0, "KeyedRandom: \(count) words to leave out, at least 0 are wanted")
    var left = count
    if left > 0, spare != nil {
      spare = nil
      left -= 1
    }
    block &+= UInt64(left / 2)
    if !left.isMultiple(of: 2) { _ = next() }
  }

  /// A real number in `0 ..< 1` with 53 random bits.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  public mutating func uniform(_ lower: Double, _ upper: Double) -> Double {
    lower + (upper - lower) * uniform()
  }

  public mutating func integer(in range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &self)
  }

  // SplitMix64's finalizer: every input bit reaches every output bit.
  private static func mix(_ value: UInt64) -> UInt64 {
    var word = value &+ 0x9E37_79B9_7F4A_7C15
    word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
    return word ^ (word >> 31)
  }
}
