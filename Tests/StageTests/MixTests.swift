import SluiceAugment
import SluiceFlow
import SluiceSamples
import SluiceTensor
import Testing

@Suite struct MixTests {
  private func batch(_ count: Int) -> LabeledBatch {
    let values = (0..<count).flatMap { number in [Float](repeating: Float(number), count: 3 * 2 * 8 * 8) }
    return LabeledBatch(clips: Tensor(values, shape: [count, 3, 2, 8, 8]), labels: Array(0..<count))
  }

  private func context(_ sample: Int) -> ElementContext {
    ElementContext(seed: 1, epoch: 0, sample: sample, identity: "clip \(sample)", stage: "mix")
  }

  @Test func sharesFollowTheValuesAndEqualKeysMixAlike() throws {
    let mix = Mix(Mixup(classCount: 4, switchProbability: 0, labelSmoothing: 0))
    for sample in 0..<20 {
      let mixed = try mix(batch(4), context: context(sample))
      let again = try mix(batch(4), context: context(sample))
      let shares = try #require(mixed.shares).floats
      #expect(again.shares?.floats == shares && again.clips.floats == mixed.clips.floats)
      let size = 3 * 2 * 8 * 8
      for row in 0..<4 {
        let own = Array(shares[4 * row..<4 * row + 4])
        // A clip's values are its number, so their mean number is what the shares say.
        let wanted = own.enumerated().reduce(Float(0)) { $0 + Float($1.offset) * $1.element }
        #expect(mixed.clips.floats[row * size..<(row + 1) * size].allSatisfy { abs($0 - wanted) < 1e-5 })
        #expect(abs(own.reduce(0, +) - 1) < 1e-6)
        #expect(own[mixed.labels[row]] == own.max())
      }
    }
  }

  @Test func boxesHaveTheShareOfTheirArea() throws {
    let mix = Mix(Mixup(classCount: 2, switchProbability: 1, labelSmoothing: 0))
    for sample in 0..<20 {
      let mixed = try mix(batch(2), context: context(sample))
      let own = mixed.clips.floats.prefix(3 * 2 * 8 * 8).filter { $0 == 0 }.count
      let shares = try #require(mixed.shares).floats
      #expect(abs(Float(own) / Float(3 * 2 * 8 * 8) - shares[0]) < 1e-6)
    }
  }

  @Test func whatCannotBeMixedIsRefusedInWords() throws {
    let mix = Mix(Mixup(classCount: 4, probability: 1))
    #expect(throws: AugmentError.self) { try mix(batch(3), context: context(0)) }
    #expect(throws: AugmentError.self) { try mix(batch(6), context: context(0)) }
    let mixed = try mix(batch(4), context: context(0))
    #expect(throws: AugmentError.self) { try mix(mixed, context: context(0)) }
  }
}
