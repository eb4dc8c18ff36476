public import SluiceSamples
public import SluiceTensor
public import SluiceTraining

/// How well the visual tokens of hidden cells are predicted.
public struct TokenPrediction: Sendable {
  /// The mean cross-entropy over the hidden cells of the whole batch, one number.
  public let loss: Tensor
  /// The share of hidden cells whose most favored word is the right one.
  public let accuracy: Double
  /// How many hidden cells have each word: what guessing is counted from.
  public let answers: [Int: Int]

  /// - Parameter logits: `[hidden cells, vocabulary]`, in the order of the tokens.
  /// - Throws: ``ShapeError`` if there are no cells or not as many rows, or a word is outside the vocabulary.
  public init(of logits: Tensor, to tokens: VisualTokens) throws(ShapeError) {
    let count = tokens.words.count
    guard logits.shape.rank == 2, logits.shape[0] == count, count > 0 else {
      throw ShapeError("token loss", [logits.shape], "wanted one row for each of \(count) hidden cells, at least one")
    }
    let width = logits.shape[1]
    if let outside = tokens.words.first(where: { !(0..<width).contains($0) }) {
      throw ShapeError("token loss", [logits.shape], "word \(outside) is outside the vocabulary of \(width)")
    }
    loss = logits.crossEntropy(labels: tokens.words)
    let right = zip(logits.indicesOfLargest(), tokens.words).count { $0 == $1 }
    accuracy = Double(right) / Double(count)
    answers = tokens.counts
  }
}

/// Predicts the visual tokens of hidden cells of clips and of images: the objective of BEVT.
/// - Source: Wang et al., "BEVT: BERT pretraining of video transformers", CVPR 2022, section 3.3.
public struct TwoStreamObjective: Objective {
  public init() {}

  /// `loss_3d` of the clips, `loss_2d` of the images, and the accuracies `mask_acc_3d` and `mask_acc_2d`, which a run compares
  /// with guessing the most frequent word.
  /// - Throws: ``ShapeError`` if output and batch do not fit.
  public func loss(
    of output: TwoStreams<Tensor>, for batch: TwoStreams<MaskedBatch<VisualTokens>>
  ) throws -> LossTerms {
    var (terms, metrics): ([LossTerms.Term], [String: Double]) = ([], [:])
    var answers: [String: [Int: Int]] = [:]
    for (name, logits, targets) in [
      ("3d", output.clips, batch.clips?.targets), ("2d", output.images, batch.images?.targets),
    ] {
      guard let logits, let targets else { continue }
      let prediction = try TokenPrediction(of: logits, to: targets)
      terms.append(LossTerms.Term("loss_\(name)", prediction.loss))
      metrics["mask_acc_\(name)"] = prediction.accuracy
      answers["mask_acc_\(name)"] = prediction.answers
    }
    return LossTerms(terms, metrics: metrics, answers: answers)
  }
}
