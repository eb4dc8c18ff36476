internal import Glibc
public import SluiceTensor

/// The loss of a matrix of scores between videos and texts of which several may be of one class: each video is to fit the
/// texts of its class better than the others, and each text the videos of its class.
///
/// What is wanted of a row are the shares `softmax(sharpness · same)`, `same` being 1 where video and text are of one class, else 0.
/// The divergence of the scores' shares from them is taken of rows and of columns, and both are averaged.
/// - Source: Wu et al., "Bidirectional cross-modal knowledge exploration for video recognition with pre-trained
///   vision-language models", CVPR 2023; the released `NCELoss`.
public struct PairLoss: Sendable, Equatable {
  /// What becomes of scores before their shares are taken.
  public enum Kind: String, Sendable, CaseIterable {
    /// Nothing.
    case nce = "NCE"
    /// Dual softmax: each is multiplied by how much of its column it has.
    /// - Source: Cheng et al., "Improving video-text retrieval by multi-stream corpus alignment and dual softmax loss", 2021.
    case ds = "DS"
  }

  /// What becomes of scores first.
  public var kind: Kind
  /// How much more is wanted of a pair of one class than of another, as a logarithm.
  public var sharpness: Double
  /// What scores are divided by where a dual softmax takes their shares of columns.
  public var dualTemperature: Float

  /// The published losses, unless told otherwise.
  public init(_ kind: Kind = .nce, sharpness: Double = 10, dualTemperature: Float = 1000) {
    self.kind = kind
    self.sharpness = sharpness
    self.dualTemperature = dualTemperature
  }

  /// The loss, one number.
  /// - Parameters:
  ///   - logits: `[N, N]`: row i is of video i, column j of the text of sample j.
  ///   - labels: the class of each sample.
  /// - Throws: ``ShapeError`` if `logits` are not as many as pairs of samples.
  public func callAsFunction(_ logits: Tensor, labels: [Int]) throws(ShapeError) -> Tensor {
    try logits.shape.check(is: [labels.count, labels.count], in: "pair loss")
    guard !labels.isEmpty else { throw ShapeError("pair loss", [logits.shape], "a batch without samples has no loss") }
    let target = targets(labels)
    // Whether two samples are of one class does not depend on their order.
    return (divergence(logits, target) + divergence(logits.permuted(1, 0), target)) / 2
  }

  /// The mean divergence of the rows of `logits` from the shares that are wanted.
  package func divergence(_ logits: Tensor, _ target: Tensor) -> Tensor {
    switch kind {
    case .nce: logits.divergence(from: target)
    case .ds: (logits * dualShares(logits) * Float(logits.shape[0])).divergence(from: target)
    }
  }

  /// How much of its column each score has: a softmax over the rows.
  private func dualShares(_ logits: Tensor) -> Tensor {
    (logits / dualTemperature).permuted(1, 0).softmax().permuted(1, 0)
  }

  /// Which of all pairs are of one class, row-major `[N, N]`: 1 where they are, else 0.
  package static func same(_ labels: [Int]) -> [Float] {
    labels.flatMap { one in labels.map { $0 == one ? 1 : 0 } }
  }

  /// The shares that are wanted, `[N, N]`.
  package func targets(_ labels: [Int]) -> Tensor {
    let counts = labels.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
    let high = exp(sharpness)
    return Tensor(
      labels.flatMap { one in
        let others = Double(labels.count - (counts[one] ?? 0))
        let sum = Double(counts[one] ?? 0) * high + others
        return labels.map { Float(($0 == one ? high : 1) / sum) }
      }, shape: [labels.count, labels.count])
  }
}
