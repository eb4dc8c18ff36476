import SluiceAugment
import Testing

@Suite struct NormalizationTests {
  /// The published numbers, written out once more.
  private let published: [Normalization.Statistics: (mean: [Float], deviation: [Float])] = [
    .kinetics: ([0.45, 0.45, 0.45], [0.225, 0.225, 0.225]),
    .imagenet: ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    .clip: ([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]),
    .half: ([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]),
  ]

  @Test(arguments: Normalization.Statistics.allCases)
  func everyNameStandsForItsOwnNumbers(_ statistics: Normalization.Statistics) throws {
    let own = Normalization(statistics)
    if statistics == .perClip {
      #expect(own == .perClip())
    } else {
      let wanted = try #require(published[statistics])
      #expect(own == Normalization(mean: wanted.mean, deviation: wanted.deviation))
    }
    #expect(Normalization.Statistics.allCases.filter { Normalization($0) == own } == [statistics])
  }
}
