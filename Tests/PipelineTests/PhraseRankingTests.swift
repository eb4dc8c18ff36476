import Foundation
import SluicePipelines
import SluiceTensor
import TestSupport
import Testing

/// Which phrases of a lexicon say most about videos.
@Suite struct PhraseRankingTests {
  @Test func rankingsMatchTheGoldenFiles() throws {
    try Golden.each("bike.attribute_generation") { file, check in
      let frames = Tensor(
        try file.floats("input.frame_features"), shape: Shape(try file.shape("input.frame_features")))
      let phrases = Tensor(
        try file.floats("input.phrase_features"), shape: Shape(try file.shape("input.phrase_features")))
      let ranking = PhraseRanking(of: frames, phrases)
      try check("output.similarity", ranking.similarities.map(Double.init))
      let top = ranking.nearest(try #require(file.config["top"].int))
      try check("output.top", top.flatMap(\.self).map(Double.init))
    }
  }

  @Test func equalPhrasesStandInTheirOrder() {
    let frames = Tensor([1, 0, 1, 0], shape: [1, 2, 2])
    let phrases = Tensor([0, 2, 3, 0, 1, 0, 5, 0], shape: [4, 2])
    #expect(PhraseRanking(of: frames, phrases).nearest(4) == [[1, 2, 3, 0]])
    #expect(PhraseRanking(of: frames, phrases).nearest(2) == [[1, 2]])
  }
}
