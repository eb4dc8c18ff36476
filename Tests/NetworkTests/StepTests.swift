import SluiceModels
import SluiceNN
import SluicePlatform
import SluiceTensor
import Testing

/// Whole training steps of small networks.
@Suite(.serialized) struct TrainingStepTests {
  /// Clips of a bright square that moves left, right, up or down over noise.
  private func movingShapes(_ count: Int, epoch: Int) -> (clips: Tensor, labels: [Int]) {
    let labels = (0..<count).map { ($0 * 7 + epoch) % 4 }
    let clips = Tensor([count, 3, 8, 48, 48]) { span in
      for (sample, label) in labels.enumerated() {
        var draws = KeyedRandom(seed: 2, epoch: epoch, sample: sample, stage: "shapes")
        let (x, y) = (draws.integer(in: 12...24), draws.integer(in: 12...24))
        let (dx, dy) = [(-2, 0), (2, 0), (0, -2), (0, 2)][label]
        for channel in 0..<3 {
          for frame in 0..<8 {
            for row in 0..<48 {
              for column in 0..<48 {
                let (right, down) = (column - x - frame * dx, row - y - frame * dy)
                let isInside = (0..<12).contains(right) && (0..<12).contains(down)
                span[(((sample * 3 + channel) * 8 + frame) * 48 + row) * 48 + column] =
                  Float(draws.uniform(-0.3, 0.3)) + (isInside ? 1 : 0)
              }
            }
          }
        }
      }
    }
    return (clips, labels)
  }

  private func losses(_ precision: Precision, seed: UInt64, steps: Int) throws -> [Float] {
    let model = try Classifier(MViT(.demo), classCount: 4)
    model.parameters.initialize(seed: seed)
    let optimizer = Optimizer(.adamW(.constant(2e-3)), store: model.parameters)
    return try Compute.current.with(precision).run {
      try (0..<steps).map { step in
        let (clips, labels) = movingShapes(8, epoch: step)
        let loss = try model.logits(of: clips).crossEntropy(labels: labels)
        loss.backward()
        try optimizer.step(at: TrainingProgress(step: step, stepsPerEpoch: steps, epochs: 1))
        return loss.scalar
      }
    }
  }

  @Test func lossesInBfloat16StayWithinNoise() throws {
    // Without the instructions each step takes seconds: then only the beginnings are compared.
    let steps = Precision.bfloat16.isSupported ? 60 : 6
    let wanted = try losses(.float32, seed: 1, steps: steps)
    let found = try losses(.bfloat16, seed: 1, steps: steps)
    let other = try losses(.float32, seed: 2, steps: steps)
    func mean(_ values: ArraySlice<Float>) -> Float { values.reduce(0, +) / Float(values.count) }
    // The curves begin together and end at the same height, nearer to each other than to another beginning's.
    #expect(zip(found, wanted).prefix(5).allSatisfy { abs($0 - $1) < 0.02 * $1 })
    let (near, far) = (
      mean(zip(found, wanted).map { abs($0 - $1) }[...]), mean(zip(other, wanted).map { abs($0 - $1) }[...])
    )
    #expect(near < far)
    guard steps > 10 else { return }
    #expect(mean(wanted.suffix(10)) < 0.8 * wanted[0], "single precision learns")
    #expect(abs(mean(found.suffix(10)) - mean(wanted.suffix(10))) < 0.1 * wanted[0])
  }

  @Test(arguments: Precision.allCases) func aSteadyStateStepAllocatesNothing(_ precision: Precision) throws {
    let model = try Classifier(MViT(.demo), classCount: 4)
    model.parameters.initialize(seed: 1)
    let optimizer = Optimizer(.adamW(.constant(1e-3)), store: model.parameters)
    let (clips, labels) = movingShapes(2, epoch: 0)
    try Compute(threadCount: 1).with(precision).run {
      func step(_ number: Int) throws {
        try model.logits(of: clips).crossEntropy(labels: labels).backward()
        try optimizer.step(at: TrainingProgress(step: number, stepsPerEpoch: 20, epochs: 1))
      }
      // A cache of its own: other suites run at the same time.
      let cache = StorageCache()
      try StorageCache.$current.withValue(cache) {
        for number in 0..<3 { try step(number) }
        let before = cache.statistics
        for number in 3..<10 { try step(number) }
        let after = cache.statistics
        #expect(after.systemAllocationCount == before.systemAllocationCount)
        #expect(after.liveByteCount == before.liveByteCount)
        #expect(after.liveByteCount + after.cachedByteCount == before.liveByteCount + before.cachedByteCount)
        #expect(before.systemAllocationCount > 0)
      }
    }
  }

  @Test func blocksComputedAgainGiveTheSameGradients() throws {
    var divided = SpaceTimeConfiguration.timeSformerBase
    (divided.frameCount, divided.imageSize, divided.dimension, divided.headCount, divided.depth) = (2, 32, 24, 2, 3)
    divided.dropPathRate = 0.4
    var factorized = divided
    factorized.attention = .factorized
    factorized.tubeletSize = 2
    factorized.frameCount = 4
    var pooled = MViTConfiguration.demo
    pooled.dropPathRate = 0.4
    try compare { try Classifier(TimeSformer(divided), classCount: 3) }
    try compare { try Classifier(ViViT(factorized), classCount: 3) }
    try compare { try Classifier(MViT(pooled), classCount: 3) }
    try compare { try Classifier(MViTv2(pooled), classCount: 3) }
  }

  private func compare(_ make: () throws -> Classifier<some VideoBackbone>) throws {
    for precision in Precision.allCases {
      let outcomes = try [false, true].map { recomputes in
        let model = try make()
        model.parameters.initialize(seed: 1)
        let backbone = model.backbone
        let clips = Tensor([2, 3, backbone.frameCount, backbone.imageSize, backbone.imageSize]) { span in
          for index in span.indices { span[index] = Float(index * 7919 % 1000) / 500 - 1 }
        }
        let random = KeyedRandom(seed: 1, epoch: 0, sample: 0, stage: "forward")
        return try Compute.current.with(precision).run {
          Tensor.resetPeakMemory()
          let loss = try model.logits(of: clips, ForwardPass(random: random, recomputesBlocks: recomputes))
            .crossEntropy(labels: [0, 2])
          loss.backward()
          return (loss.scalar, model.parameters.parameters.map { $0.gradient?.floats })
        }
      }
      #expect(outcomes[0].0 == outcomes[1].0)
      #expect(outcomes[0].1 == outcomes[1].1)
    }
  }
}
