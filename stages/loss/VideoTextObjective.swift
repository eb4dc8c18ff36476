public import SluiceNN
public import SluiceSamples
internal import SluiceTensor
public import SluiceTraining

/// The objective of pre-training on pairs of video and text: pixels, words, contrast and matching, as far as a network was
/// asked for them.
/// - Source: Ma et al., "SimVTP: simple video text pre-training with masked autoencoders", 2022.
public struct VideoTextObjective: Objective, Equatable {
  /// How features of videos and texts are compared.
  public var contrast: Contrast

  public init(contrast: Contrast = Contrast()) {
    self.contrast = contrast
  }

  /// `loss_video`, `loss_text`, `loss_vtc` and `loss_vtm` of what the output has, and accuracies that a run compares with
  /// guessing: of the hidden words (`word_acc`), of the texts' nearest videos (`vtc_acc`) and of the pairs (`vtm_acc`).
  /// - Throws: ``ShapeError`` if output and batch do not fit.
  public func loss(of output: VideoTextPrediction, for batch: VideoTextBatch) throws -> LossTerms {
    var parts: [Part] = []
    if let pixels = output.pixels { parts.append(Part("loss_video", try loss(ofPixels: pixels, batch))) }
    if let words = output.words { parts.append(try loss(ofWords: words, batch.words)) }
    if let features = output.features { parts.append(try contrast.part(of: features, pairs: batch.count)) }
    if let matches = output.matches { parts.append(try loss(ofMatches: matches, pairs: batch.count)) }
    return LossTerms(
      parts.map(\.term), metrics: parts.reduce(into: [:]) { $0.merge($1.metrics) { own, _ in own } },
      answers: parts.reduce(into: [:]) { $0.merge($1.answers) { own, _ in own } })
  }

  /// The mean squared error over all values of all hidden tokens.
  private func loss(ofPixels pixels: Tensor, _ batch: VideoTextBatch) throws(ShapeError) -> Tensor {
    let targets = batch.video.targets.values
    guard pixels.shape.rank == 3, pixels.shape[0] * pixels.shape[1] == targets.shape[0] else {
      throw ShapeError("pixel loss", [pixels.shape, targets.shape], "wanted is a row for each hidden token")
    }
    let rows = pixels.reshaped(targets.shape[0], pixels.shape[2])
    try rows.shape.check(is: targets.shape, in: "pixel loss")
    return rows.loss(to: targets)
  }

  /// The mean cross-entropy of the hidden words of the batch; 0 where none is hidden.
  private func loss(ofWords logits: Tensor, _ words: HiddenWords) throws(ShapeError) -> Part {
    // With gradients of 0, so that what predicts words is not left out of this step alone.
    guard !words.ids.isEmpty else { return Part("loss_text", logits.sumOfAll() * 0) }
    let prediction = try TokenPrediction(of: logits, to: VisualTokens(cells: words.positions, words: words.ids))
    return Part("loss_text", prediction.loss, accuracy: ("word_acc", prediction.accuracy, prediction.answers))
  }

  /// The mean cross-entropy of pairs, of which the second half does not belong together.
  private func loss(ofMatches logits: Tensor, pairs: Int) throws(ShapeError) -> Part {
    try logits.shape.check(is: [2 * pairs, 2], in: "matching loss")
    let labels = [Int](repeating: 1, count: pairs) + [Int](repeating: 0, count: pairs)
    let right = zip(logits.indicesOfLargest(), labels).count { $0 == $1 }
    return Part(
      "loss_vtm", logits.crossEntropy(labels: labels),
      accuracy: ("vtm_acc", Double(right) / Double(labels.count), [0: pairs, 1: pairs]))
  }
}

/// One of several losses, and how often the output was right.
private struct Part {
  let term: LossTerms.Term
  private(set) var metrics: [String: Double] = [:]
  private(set) var answers: [String: [Int: Int]] = [:]

  /// - Parameter accuracy: its name, the share of right answers, and how often each answer was the right one.
  init(_ name: String, _ loss: Tensor, accuracy: (name: String, share: Double, answers: [Int: Int])? = nil) {
    term = LossTerms.Term(name, loss)
    guard let accuracy else { return }
    (metrics[accuracy.name], answers[accuracy.name]) = (accuracy.share, accuracy.answers)
  }
}

/// The objective of fine-tuning for retrieval: each text is to be nearer to its own video than to the others of the batch,
/// and each video likewise.
public struct ContrastiveObjective: Objective, Equatable {
  /// How features of videos and texts are compared.
  public var contrast: Contrast

  public init(contrast: Contrast = Contrast()) {
    self.contrast = contrast
  }

  /// The loss, and the share of texts that are nearest to their own video (`vtc_acc`), which a run compares with guessing.
  /// - Throws: ``ShapeError`` if there are not as many videos and texts as pairs.
  public func loss(of output: ClipTextFeatures, for batch: ClipTextBatch) throws -> LossTerms {
    let part = try contrast.part(of: output, pairs: batch.count)
    return LossTerms(part.term.value, metrics: part.metrics, answers: part.answers)
  }
}

extension Contrast {
  /// The loss of texts and videos, and how many texts are nearest to their own video.
  fileprivate func part(of features: ClipTextFeatures, pairs: Int) throws(ShapeError) -> Part {
    let (texts, videos) = (features.texts, features.videos)
    try texts.shape.check(is: [pairs, texts.shape[-1]], in: "contrastive loss")
    let loss = try loss(of: texts, and: videos)
    // Each number in a group is right once, so that guessing reaches one in as many as are compared.
    var answers: [Int: Int] = [:]
    for number in groups(of: pairs).flatMap({ 0..<$0.count }) { answers[number, default: 0] += 1 }
    return Part("loss_vtc", loss, accuracy: ("vtc_acc", accuracy(of: texts, and: videos), answers))
  }
}
