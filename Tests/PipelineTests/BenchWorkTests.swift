import SluiceBench
import SluiceModels
import SluiceTensor
import Testing

/// The operations that benchmarks divide by the time are those that the networks do.
@Suite struct BenchWorkTests {
  /// Operations of a forward pass, as the tensor operations themselves count them.
  private func counted(_ body: () throws -> Void) throws -> Int {
    let profile = OperationProfile()
    try withoutGradients { try profile.record(body) }
    return profile.rows.reduce(0) { $0 + $1.operationCount }
  }

  /// Windows that divide the grid, that leave padding, and that are larger than it.
  @Test(arguments: [[4, 2, 2], [4, 3, 3], [3, 5, 2], [8, 7, 7]]) func aForwardPassOfBEVTDoesWhatIsCounted(
    window: [Int]
  ) throws {
    var configuration = SwinConfiguration.compact
    configuration.window = GridStride(window[0], window[1], window[2])
    configuration.mlpRatio = 2.5
    let model = try BEVT(configuration, vocabularySize: 48)
    model.parameters.initialize(seed: 1)
    let cells = [0, 3, 17, 40, 200]
    let found = try counted {
      let features = try model.clipFeatures(
        of: .zeros([2, 3, 8, 64, 64]), hidden: [UInt8](repeating: 1, count: 2 * 4 * 16))
      _ = model.logits(of: features, at: cells)
    }
    let work = StepWork(bevt: configuration, vocabularySize: 48, batch: 2, cells: cells.count)
    #expect(work.forward == found && work.first > 0)
    #expect(work.training == 3 * found - work.first)
  }

  /// A side that is halved evenly, and one that loses a line each time.
  @Test(arguments: [32, 45]) func theEncoderOfTokensDoesWhatIsCounted(side: Int) throws {
    var configuration = DVAEConfiguration()
    (configuration.vocabularySize, configuration.width) = (24, 16)
    let encoder = try DVAEEncoder(configuration)
    encoder.parameters.initialize(seed: 1)
    // More frames than are encoded at a time.
    let frames = Tensor.full([9, 3, side, side], 0.5)
    var tokens: [Int] = []
    let found = try counted { tokens = try encoder.tokens(of: frames) }
    #expect(StepWork(dvae: configuration, frames: 9, side: side).forward == found)
    #expect(tokens.count == 9 * (side / 8) * (side / 8))
    #expect(try withoutGradients { try encoder.logits(of: frames).indicesOfLargest() } == tokens)
  }

  /// At full size: the clip and the frames that the peers are measured with.
  @Test func theStepsOfThePeersTakeAsMuch() {
    // Half of the cells of 12 of 16 frames.
    let bevt = StepWork(bevt: .base, vocabularySize: 8192, batch: 1, cells: 98 * 12)
    #expect(bevt.training == 946_963_218_432)
    #expect(StepWork(dvae: DVAEConfiguration(), frames: 16, side: 112).forward == 833_901_035_520)
  }
}
