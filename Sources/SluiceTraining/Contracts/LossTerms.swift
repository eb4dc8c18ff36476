public import SluiceTensor

/// The losses of one batch, by name and weight, and metrics beside them.
///
/// ```swift
/// LossTerms(loss)                                                       // one, called “loss”
/// LossTerms([.init("loss_3d", video), .init("loss_2d", images)], metrics: ["mask_acc_3d": 0.2])
/// LossTerms(loss, metrics: ["mask_acc": 0.2], answers: ["mask_acc": [17: 3, 40: 2]])
/// ```
/// What is minimized is the sum of weight × value. Each name stands in `metrics.jsonl` and in the curves.
public struct LossTerms: Sendable {
  /// One loss.
  public struct Term: Sendable {
    public let name: String
    /// One number; gradients flow back from it.
    public let value: Tensor
    /// What the value counts in the sum.
    public let weight: Double

    public init(_ name: String, _ value: Tensor, weight: Double = 1) {
      self.name = name
      self.value = value
      self.weight = weight
    }
  }

  /// What the name of a metric ends with that says how good another one is by guessing.
  ///
  /// By always giving the answer that was most frequent so far in the epoch: a run logs `mask_acc_guess` beside `mask_acc`
  /// where ``answers`` are known, and reports say since which epoch that is above it.
  public static let guessSuffix: String = "_guess"

  public let terms: [Term]
  /// What else is known of the output, such as `top1`.
  public let metrics: [String: Double]
  /// For accuracies among ``metrics`` that are to be compared with guessing: how often each answer, a number, was right.
  public let answers: [String: [Int: Int]]

  /// - Precondition: at least one term, each of one number.
  public init(_ terms: [Term], metrics: [String: Double] = [:], answers: [String: [Int: Int]] = [:]) {
    precondition(
      !terms.isEmpty && terms.allSatisfy { $0.value.count == 1 }, "a loss has at least one term of one number")
    self.terms = terms
    self.metrics = metrics
    self.answers = answers
  }

  /// A single loss of weight 1.
  public init(_ value: Tensor, metrics: [String: Double] = [:], answers: [String: [Int: Int]] = [:]) {
    self.init([Term(StepLoss.totalName, value)], metrics: metrics, answers: answers)
  }
}

/// The losses of one batch as numbers, with their gradients on the way to the optimizer.
public struct StepLoss: Sendable, Equatable {
  /// What logs call the sum.
  public static let totalName = "loss"

  /// The sum of weight × value.
  public let total: Double
  /// Each term's value without its weight, by name; empty where there is one loss.
  public let terms: [String: Double]
  /// What else is known of the output.
  public let metrics: [String: Double]
  /// For metrics that are compared with guessing: how often each answer was right.
  public let answers: [String: [Int: Int]]
  /// Samples in the batch.
  public let sampleCount: Int

  public init(
    total: Double, terms: [String: Double] = [:], metrics: [String: Double] = [:], answers: [String: [Int: Int]] = [:],
    sampleCount: Int
  ) {
    self.total = total
    self.terms = terms
    self.metrics = metrics
    self.answers = answers
    self.sampleCount = sampleCount
  }
}
