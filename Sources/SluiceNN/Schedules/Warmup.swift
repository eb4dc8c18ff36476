/// How long the learning rate rises before its schedule begins.
///
/// A number is epochs: `warmup: 5`. As text: `5` epochs, `10%` of the run, `200 steps`. A length below 0, or that is no
/// number, is none.
public struct Warmup: Sendable, Equatable, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  LosslessStringConvertible
{
  private enum Length: Equatable {
    case epochs(Double)
    case steps(Int)
    case fraction(Double)
  }

  private let length: Length

  /// A number of passes over the data.
  public static func epochs(_ count: Double) -> Warmup {
    Warmup(length: .epochs(count > 0 ? min(count, .greatestFiniteMagnitude) : 0))
  }

  /// A number of optimizer steps.
  public static func steps(_ count: Int) -> Warmup { Warmup(length: .steps(max(count, 0))) }

  /// A share of the run, 0…1.
  public static func fraction(_ share: Double) -> Warmup { Warmup(length: .fraction(share > 0 ? min(share, 1) : 0)) }

  /// No warm-up.
  public static let none = Warmup.epochs(0)

  private init(length: Length) {
    self.length = length
  }

  public init(integerLiteral value: Int) { self = .epochs(Double(value)) }

  public init(floatLiteral value: Double) { self = .epochs(value) }

  /// What the texts are that are read.
  public static let form: String =
    "warm-up: epochs (5, in 0...1000000), steps (200 steps, in 0...1000000000) or a share of the run (10%, in 0...100)"

  /// Reads `5`, `10%` or `200 steps`; `nil` for anything else, for negative lengths and for more than a million epochs or a
  /// billion steps.
  public init?(_ description: String) {
    let words = description.split(separator: " ")
    if words.count == 2, words[1] == "steps" || words[1] == "step", let count = Int(words[0]),
      (0...1_000_000_000) ~= count
    {
      self = .steps(count)
    } else if words.count == 2, words[1] == "epochs" || words[1] == "epoch", let count = Warmup.length(words[0]) {
      self = .epochs(count)
    } else if words.count == 1, words[0].hasSuffix("%"), let share = Double(words[0].dropLast()), (0...100) ~= share {
      self = .fraction(share / 100)
    } else if words.count == 1, let count = Warmup.length(words[0]) {
      self = .epochs(count)
    } else {
      return nil
    }
  }

  private static func length(_ word: Substring) -> Double? {
    Double(word).flatMap { (0...1e6) ~= $0 ? $0 : nil }
  }

  public var description: String {
    switch length {
    case .epochs(let count): "\(count) epochs"
    case .steps(let count): "\(count) steps"
    case .fraction(let share): "\(share * 100)%"
    }
  }

  /// The length in epochs of the run that `progress` belongs to.
  func epochs(in progress: TrainingProgress) -> Double {
    switch length {
    case .epochs(let count): count
    case .steps(let count): Double(count) / progress.stepsPerEpoch
    case .fraction(let share): share * progress.totalEpochs
    }
  }

  /// The length in optimizer steps, rounded to the nearest.
  func steps(in progress: TrainingProgress) -> Int {
    switch length {
    case .epochs(let count): Int(limiting: (count * progress.stepsPerEpoch).rounded())
    case .steps(let count): count
    case .fraction(let share): Int(limiting: (share * Double(progress.totalSteps)).rounded())
    }
  }

  /// Whether there is a warm-up that is as long as the run that `progress` belongs to, or longer.
  public func covers(_ progress: TrainingProgress) -> Bool {
    let length = epochs(in: progress)
    return length > 0 && length >= progress.totalEpochs
  }

  /// The length in batches, which need not be whole.
  func batches(in progress: TrainingProgress) -> Double {
    switch length {
    case .epochs(let count): count * progress.batchesPerEpoch
    case .steps(let count): Double(count) * Double(progress.accumulation)
    case .fraction(let share): share * Double(progress.totalBatches)
    }
  }
}
