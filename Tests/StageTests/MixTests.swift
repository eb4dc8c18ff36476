import SluiceAugment
import SluiceFlow
import SluiceSamples
import SluiceTensor
import SluiceTraining
import Testing

@Suite struct MixTests {
  private func batch(_ count: Int) -> [LabelledClip] {
    (0..<count).map { number in
      let pixels = PixelClip(frameCount: 1, height: 1, width: 1, bytes: [0, 0, 0])
      return LabelledClip(
        clip: Clip(pixels: pixels, values: .full([3, 2, 8, 8], Float(number))), target: .label(number))
    }
  }

  private func context(_ sample: Int) -> ElementContext {
    ElementContext(seed: 1, epoch: 0, sample: sample, identity: "clip \(sample)", stage: "mix")
  }

  @Test func sharesFollowTheValuesAndEqualKeysMixAlike() throws {
    let mix = Mix(Mixup(classCount: 4, switchProbability: 0, labelSmoothing: 0))
    for sample in 0..<20 {
      let mixed = try mix(batch(4), context: context(sample))
      let again = try mix(batch(4), context: context(sample))
      for (index, clip) in mixed.enumerated() {
        guard case .shares(let shares) = clip.target else {
          Issue.record("no shares")
          continue
        }
        // A clip's values are its number, so their mean number is what the shares say.
        let wanted = shares.enumerated().reduce(Float(0)) { $0 + Float($1.offset) * $1.element }
        #expect(clip.clip.values.floats.allSatisfy { abs($0 - wanted) < 1e-5 })
        #expect(again[index].target == clip.target)
        #expect(abs(shares.reduce(0, +) - 1) < 1e-6)
      }
    }
  }

  @Test func boxesHaveTheShareOfTheirArea() throws {
    let mix = Mix(Mixup(classCount: 2, switchProbability: 1, labelSmoothing: 0))
    for sample in 0..<20 {
      let mixed = try mix(batch(2), context: context(sample))
      let own = mixed[0].clip.values.floats.filter { $0 == 0 }.count
      guard case .shares(let shares) = mixed[0].target else { continue }
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
