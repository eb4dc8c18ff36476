import SluiceForward
import SluiceLoss
import SluiceModels
import SluiceNN
import SluiceSamples
import SluiceTensor
import TestSupport
import Testing

/// Networks of videos and texts that cannot be, and pairs that do not fit them, are refused in a sentence.
@Suite struct SimVTPErrorTests {
  private static let configurations: [(change: @Sendable (inout SimVTPConfiguration) -> Void, sentence: String)] = [
    (
      { $0.vocabularySize = 4 },
      "SimVTP: a vocabulary of 4 and texts of 16 tokens, wanted are at least 5 and 2"
    ),
    (
      { $0.textPositions = 1 },
      "SimVTP: a vocabulary of 12 and texts of 1 tokens, wanted are at least 5 and 2"
    ),
    ({ $0.textDropout = 1 }, "SimVTP: textDropout is 1.0, wanted is 0 ..< 1"),
    (
      { $0.video.learnsPositions = true },
      "SimVTP: positions of videos are a fixed table, and features are means. Leave learnsPositions and poolsMean as they are"
    ),
    (
      { $0.video.poolsMean = false },
      "SimVTP: positions of videos are a fixed table, and features are means. Leave learnsPositions and poolsMean as they are"
    ),
    ({ $0.video.headCount = 3 }, "VideoMAE: 3 and 2 heads do not divide widths of 16 and 8"),
  ]

  @Test(arguments: configurations.indices) func aSimVTPThatCannotBeIsRefused(number: Int) {
    let (change, wanted) = Self.configurations[number]
    var configuration = SimVTPConfiguration.tiny
    change(&configuration)
    #expect(sentence { _ = try SimVTP(configuration) } == wanted)
    #expect(sentence { _ = try SimVTPTowers(configuration) } == wanted)
  }

  @Test(arguments: [
    ([2, 5, 3, 2, 3], [2, 3], "SimVTP: 5 ids for texts of [2, 3] tokens, wanted are rows of one width"),
    ([2, 5, 3], [4], "SimVTP: 3 ids for texts of [4] tokens, wanted are rows of one width"),
    ([], [0], "SimVTP: 0 ids for texts of [0] tokens, wanted are rows of one width"),
    ([], [], "SimVTP: 0 ids for texts of [] tokens, wanted are rows of one width"),
    (
      [Int](repeating: 5, count: 17), [17],
      "SimVTP: a text of 17 tokens, at most 16 are wanted. Lower maxTextLength"
    ),
    (
      [2, 12, 3], [3],
      "SimVTP: token 12 is outside the vocabulary of 12. Use the vocabulary that the network was made for"
    ),
    (
      [2, -1, 3], [3],
      "SimVTP: token -1 is outside the vocabulary of 12. Use the vocabulary that the network was made for"
    ),
  ])
  func textsThatDoNotFitAreRefused(_ ids: [Int], _ lengths: [Int], _ wanted: String) throws {
    let towers = try SimVTPTowers(.tiny)
    #expect(sentence { _ = try towers.textFeatures(of: ids, lengths: lengths) } == wanted)
    let network = try SimVTP(.tiny)
    let clips = Tensor.zeros([max(lengths.count, 1), 3, 4, 32, 32])
    #expect(
      sentence { _ = try network.reconstruction(of: clips, hidden: [], ids: ids, lengths: lengths, words: []) }
        == wanted)
  }

  @Test func clipsThatDoNotFitAreRefused() throws {
    let network = try SimVTP(.tiny)
    func refusal(_ shape: Shape, _ hidden: [UInt8]) -> String {
      sentence {
        _ = try network.reconstruction(of: .zeros(shape), hidden: hidden, ids: [2, 3], lengths: [2], words: [])
      }
    }
    #expect(
      refusal([2, 3, 4, 32, 32], [])
        == "SimVTP: clips are [2, 3, 4, 32, 32] for 1 texts, wanted is one clip a text")
    #expect(refusal([1, 3, 4, 32, 48], []).hasPrefix("VideoMAE: clips are [1, 3, 4, 32, 48]"))
    #expect(refusal([1, 3, 4, 32, 32], [1]).hasPrefix("VideoMAE: the mask of 1 clips has 1 entries"))
    #expect(
      sentence { _ = try SimVTPTowers(.tiny).videoFeatures(of: .zeros([1, 3, 8, 32, 32])) }
        .hasPrefix("VideoMAE: clips are [1, 3, 8, 32, 32]"))
  }

  @Test func aPairAloneCannotBeMatched() throws {
    let network = try SimVTP(.tiny)
    let grid = SimVTPConfiguration.tiny.grid
    let mask = (0..<grid.count).map { UInt8($0 % 4 == 0 ? 0 : 1) }
    let cells = mask.indices.filter { mask[$0] != 0 }
    let batch = VideoTextBatch(
      video: MaskedBatch(
        clips: .zeros([1, 3, 4, 32, 32]), hidden: mask, grid: grid,
        targets: CellValues(cells: cells, values: .zeros([cells.count, 1536]))),
      texts: PaddedTexts(padding: [[2, 5, 3]], with: 0), words: HiddenWords(positions: [], ids: []), draws: [0.5])
    #expect(
      sentence { _ = try VideoTextModel(network)(batch, .evaluation) }
        == "matching loss: [1, 3, 4, 32, 32]: a batch of one pair has no video that its text does not belong to. Use "
        + "batches of 2 or more, or do without vtm")
    let others = try VideoTextModel(network, losses: [.video, .text, .vtc])(batch, .evaluation)
    #expect(others.matches == nil && others.features != nil)
  }

  @Test func outputsThatDoNotFitTheirPairsAreRefused() {
    let batch = VideoTextBatch.unseen(2)
    func refusal(_ prediction: VideoTextPrediction) -> String {
      sentence { _ = try VideoTextObjective().loss(of: prediction, for: batch) }
    }
    #expect(
      refusal(VideoTextPrediction(pixels: .zeros([2, 2, 3])))
        == "pixel loss: [2, 2, 3] × [2, 3]: wanted is a row for each hidden token")
    #expect(refusal(VideoTextPrediction(pixels: .zeros([2, 1, 4]))).hasPrefix("pixel loss: [2, 4]"))
    #expect(refusal(VideoTextPrediction(matches: .zeros([2, 2]))).hasPrefix("matching loss: [2, 2]"))
    for (texts, videos) in [([3, 4], [3, 4]), ([2, 4], [2, 5])] as [(Shape, Shape)] {
      let features = ClipTextFeatures(videos: .zeros(videos), texts: .zeros(texts))
      #expect(refusal(VideoTextPrediction(features: features)).hasPrefix("contrastive loss: "))
    }
  }
}
