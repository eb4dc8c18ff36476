import Sluice

/// Sentences of two to nine words and points in a plane, learned together: two zipped streams, text of unequal lengths
/// padded in one batch, two losses by name.
///
///     swift run -c release TwoStreams train --epochs 5 --out runs/two
///     swift run -c release TwoStreams train --resume --out runs/two
///     swift run -c release TwoStreams profile
@main struct TwoStreams: TrainingSystem {
  struct Configuration: SystemConfiguration {
    var width = 16
    var sentences = 8
    var points = 4
    var peak = 0.02
    var pointWeight = 0.5

    static var settings: [Setting<Self>] {
      [
        Setting("model.width", \.width, in: 1...1024), Setting("recipe.sentences", \.sentences, in: 1...1024),
        Setting("recipe.points", \.points, in: 1...1024), Setting("recipe.pointWeight", \.pointWeight, in: 0...10),
        Setting("optimize.peak", \.peak, in: 0...1),
      ]
    }
  }

  static let name = "two-streams"
  static let summary = "learns the longest word of sentences and the radius of points"

  let configuration: Configuration
  let pipeline: Pipeline<StepReport>
  let trainable: TrainableState
  let defaultEpochs = 5

  init(_ configuration: Configuration, _ request: RunRequest) {
    let model = TwoTasks(width: configuration.width)
    let optimize = Optimize(model.parameters, .adamW(.cosine(peak: configuration.peak, warmup: 1, per: .step)))
    let sentences = Segment {
      Sentences(count: 64).shuffled()
        .batch(configuration.sentences)
      Collate(padded)
    }
    let points = Segment {
      Points(count: 40).shuffled().repeated()
        .batch(configuration.points)
    }
    self.configuration = configuration
    trainable = optimize.state
    pipeline = Pipeline(TwoStreams.name) {
      Zip(sentences, points) { Pairs(text: $0, points: $1) }
      Step {
        Forward(model)
        Loss(BothTasks(pointWeight: configuration.pointWeight))
        optimize
      }
    }
  }
}

let vocabulary = 12

/// Sentences of random words; the label is the largest one.
struct Sentences: Source {
  let count: Int

  func element(at index: Int, context: ElementContext) -> [Int] {
    // A sentence belongs to its index, not to the epoch.
    var random = KeyedRandom(seed: 1, epoch: 0, sample: index, stage: "sentences")
    return (0..<random.integer(in: 2...9)).map { _ in random.integer(in: 1...vocabulary - 1) }
  }
}

/// Points between -1 and 1 in both directions.
struct Points: Source {
  let count: Int

  func element(at index: Int, context: ElementContext) -> [Float] {
    var random = KeyedRandom(seed: 2, epoch: 0, sample: index, stage: "points")
    return (0..<2).map { _ in Float(random.uniform(-1, 1)) }
  }
}

/// Sentences padded with 0 to the length of the longest.
struct TextBatch: Sendable {
  let words: [Int]
  let lengths: [Int]
  let labels: [Int]

  var longest: Int { words.count / lengths.count }
}

@Sendable func padded(_ sentences: [[Int]], _ context: ElementContext) -> TextBatch {
  let longest = sentences.map(\.count).max() ?? 0
  return TextBatch(
    words: sentences.flatMap { $0 + [Int](repeating: 0, count: longest - $0.count) }, lengths: sentences.map(\.count),
    labels: sentences.map { $0.max() ?? 0 })
}

/// One element of both streams.
struct Pairs: Sendable {
  let text: TextBatch
  let points: [[Float]]
}

/// Word vectors averaged over each sentence, and two layers on points.
struct TwoTasks: TrainingModel {
  struct Output: Sendable {
    /// `[sentences, vocabulary]`.
    let largest: Tensor
    /// `[points, 1]`.
    let radius: Tensor
  }

  let parameters = ParameterStore()
  private let table: Weight
  private let words, first, second: Linear

  init(width: Int) {
    let scope = ParameterScope(parameters)
    table = scope.weight("table", [vocabulary, width], .normal(0.5))
    words = Linear(scope["words"], inputs: width, outputs: vocabulary, weight: .normal(0.1))
    first = Linear(scope["first"], inputs: 2, outputs: width, weight: .normal(0.7))
    second = Linear(scope["second"], inputs: width, outputs: 1, weight: .normal(0.1))
  }

  func callAsFunction(_ batch: Pairs, _ pass: ForwardPass) -> Output {
    let (count, longest) = (batch.text.lengths.count, batch.text.longest)
    // Each row averages the words of its own sentence; padding has weight 0.
    var weights = [Float](repeating: 0, count: count * count * longest)
    for (row, length) in batch.text.lengths.enumerated() {
      for word in 0..<length { weights[row * (count + 1) * longest + word] = 1 / Float(length) }
    }
    let sentences = Tensor(weights, shape: [count, count * longest]).matmul(table.value.rows(at: batch.text.words))
    let points = Tensor(batch.points.flatMap { $0 }, shape: [batch.points.count, 2])
    return Output(largest: words(sentences), radius: second(first(points, activation: .gelu)))
  }
}

struct BothTasks: Objective {
  let pointWeight: Double

  func loss(of output: TwoTasks.Output, for batch: Pairs) -> LossTerms {
    let radii = batch.points.map { ($0[0] * $0[0] + $0[1] * $0[1]).squareRoot() }
    return LossTerms([
      .init("loss_words", output.largest.crossEntropy(labels: batch.text.labels)),
      .init("loss_radius", output.radius.loss(to: Tensor(radii, shape: [radii.count, 1])), weight: pointWeight),
    ])
  }
}
