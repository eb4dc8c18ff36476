import SluiceFlow
import SluiceLoss
import SluiceNN
import SluiceSamples
import SluiceTensor
import SluiceTraining
import Testing

/// Numbers that are none are never hits, and are never applied.
@Suite struct NonFiniteTests {
  private static let odd: [Float] = [.nan, .infinity, -.infinity, -.nan]

  @Test func aRowWithANumberThatIsNoneIsWrong() {
    for value in Self.odd {
      for place in 0..<3 {
        var row: [Float] = [3, 1, 2]
        row[place] = value
        for label in 0..<3 {
          var counts = ClassificationCounts(classCount: 3)
          counts.add(logits: Tensor(row + [0, 5, 0], shape: [2, 3]), labels: [label, 1])
          #expect(counts.sampleCount == 2 && counts.top1 == 0.5 && counts.top5 == 0.5)
          #expect(counts.unusable.reduce(0, +) == 1 && counts.unusable[label] == 1)
          #expect(counts.recall(ofClass: label) == (label == 1 ? 0.5 : 0))
          let batch = LabeledBatch(clips: .zeros([2, 1]), labels: [label, 1])
          let terms = try? CrossEntropy().loss(of: Tensor(row + [0, 5, 0], shape: [2, 3]), for: batch)
          #expect(terms?.metrics["top1"] == 0.5 && terms?.metrics["top5"] == 0.5)
        }
      }
    }
  }

  @Test func anUpdateThatIsNoneChangesNothing() throws {
    for value in Self.odd {
      for clip in [Clipping.none, .global(1), .perTensor(1)] {
        let store = ParameterStore()
        let weights = ["a", "b"].map { ParameterScope(store).weight($0, [2], .normal(1)) }
        store.initialize(seed: 1)
        var configuration = OptimizerConfiguration.adamW(.constant(0.1), clip: clip)
        configuration.average = Averaging(decay: 0.5)
        let optimizer = Optimizer(configuration, store: store)
        func step(_ second: Float) throws {
          store["a"]?.gradient = Tensor([1, 2], shape: [2])
          store["b"]?.gradient = Tensor([1, second], shape: [2])
          try optimizer.step(at: TrainingProgress(step: 0, stepsPerEpoch: 10, epochs: 1))
        }
        try step(1)
        let (before, state) = (weights.map(\.value.floats), optimizer.state.mapValues(\.floats))
        let error = #expect(throws: OptimizerError.self) { try step(value) }
        #expect(error?.parameter == "b")
        #expect(weights.map(\.value.floats) == before)
        let after = optimizer.state.mapValues(\.floats).filter { !$0.key.hasPrefix("grad.") }
        #expect(after == state)
      }
    }
  }
}
