import SluiceModels
import SluiceNN
import SluiceTensor
import Testing

/// What hiding tokens saves, counted beside what is measured.
@Suite struct StepCostTests {
  @Test(arguments: [1, 4, 12, 15]) func operationsAreThoseOfAForwardPass(hiddenPerStep: Int) throws {
    var tiny = VideoMAEConfiguration.small
    (tiny.frameCount, tiny.height, tiny.width, tiny.depth, tiny.decoderDepth) = (6, 64, 64, 2, 3)
    (tiny.dimension, tiny.headCount, tiny.mlpRatio) = (48, 3, 3.5)
    let model = try VideoMAE(tiny, predictionWidth: 70)
    model.parameters.initialize(seed: 1)
    let mask = (0..<2 * tiny.tokenGrid.count).map { UInt8($0 % 16 < hiddenPerStep ? 1 : 0) }
    let profile = OperationProfile()
    _ = try profile.record { try model.prediction(of: .zeros([2, 3, 6, 64, 64]), hidden: mask) }
    let measured = profile.rows.filter { !$0.isBackward }.reduce(0) { $0 + $1.operationCount }
    let costs = model.costs(hiding: 3 * hiddenPerStep, clips: 2)
    #expect(costs[0].cost.operations == Double(measured))
    #expect(costs.map(\.share) == [Double(hiddenPerStep) / 16, 0])
    #expect(costs[1].cost.operations > costs[0].cost.operations)
    #expect(costs[1].cost.keptValues > costs[0].cost.keptValues)
  }

  /// Nine tenths hidden: the published network's encoder does less than a tenth of its work.
  @Test func thePublishedNetworkSavesMostOfItsWork() throws {
    let base = VideoMAEConfiguration.base
    let (few, all) = (base.encoderCost(visible: 160), base.encoderCost(visible: 1568))
    // 2 × 1568 × 1536 × 768 for the cubes, and 12 blocks of 24 V D² + 4 V² D.
    func encoder(_ count: Double) -> Double {
      3_699_376_128 + 12 * (24 * count * 768 * 768 + 4 * count * count * 768)
    }
    #expect(few.operations == encoder(160) && all.operations == encoder(1568))
    #expect(all.operations / few.operations > 11)
    // Nine numbers of each width for each visible token of each block.
    #expect(few.keptValues == 12 * 160 * 9 * 768 && all.keptValues == 12 * 1568 * 9 * 768)
    // Words in the same sequence cost what tokens cost.
    #expect(base.encoderCost(visible: 160, others: 40).keptValues == base.encoderCost(visible: 200).keptValues)
  }
}
