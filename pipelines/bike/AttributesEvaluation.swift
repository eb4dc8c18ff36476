internal import SluiceDatasets
internal import SluiceDecode
internal import SluiceFlow
internal import SluiceForward
internal import SluiceNN
internal import SluiceSamples
internal import SluiceTensor
internal import SluiceTraining

/// The sentences of a batch, and what messages call their videos.
struct NamedSentences: Sendable {
  let sentences: SentenceBatch
  let names: [String]
}

/// Scores of sentences for every class, before any scale.
struct SentenceClassifier: TrainingModel {
  let model: AttributesModel

  var parameters: ParameterStore { model.parameters }

  /// - Returns: `[B, classes]`.
  func callAsFunction(_ batch: NamedSentences, _ pass: ForwardPass) throws -> Tensor {
    try model.scores(of: batch.sentences.ids, count: batch.sentences.count, pass)
  }
}

/// Counts how often the class that a sentence fits best is that of its video.
struct SentenceEvaluator: Evaluator {
  private var counted: ClassificationEvaluator

  init(_ classes: ClassMap, count: Int) {
    counted = ClassificationEvaluator(classCount: count, classes: classes)
  }

  var primary: PrimaryMetric { counted.primary }

  var sampleCount: Int { counted.sampleCount }

  mutating func keepScores() -> Bool { counted.keepScores() }

  mutating func add(_ output: Tensor, for batch: NamedSentences) {
    counted.add(output, labels: batch.sentences.labels, names: batch.names)
  }

  func findings() -> EvaluationFindings { counted.findings() }
}

extension AttributesModel {
  /// The evaluation on sentences: nothing is drawn at random, and no video is read.
  func evaluation(on sentences: AttributeSentences, _ classes: ClassMap, batchSize: Int) -> Evaluation {
    let collate = Collate<SentenceSample, NamedSentences> { samples, _ in
      NamedSentences(sentences: SentenceBatch(joining: samples), names: samples.map(\.name))
    }
    let pipeline = Pipeline("evaluate") {
      sentences
        .batch(batchSize)
      collate
      Evaluate(SentenceClassifier(model: self))
    }
    return Evaluation(pipeline, SentenceEvaluator(classes, count: prompts.count), sampleCount: sentences.count)
  }
}
