import SluiceCheckpoints
import Testing

/// Compares own results with those stored in one golden file, by the file's own tolerance rules.
///
/// Every `output.*` and `grad.*` tensor of the file must be checked; what a file does not hold is passed over.
public final class GoldenChecker {
  /// The file that is compared with.
  public let file: GoldenFile
  private var checked: Set<String> = []
  private var failures: [String] = []
  private var margins: [(key: String, margin: Double)] = []
  /// The largest gradient of the whole file.
  private lazy var largestGradient: Double = file.keys.filter { $0.hasPrefix("grad.") }
    .reduce(0) { largest, key in
      ((try? file.doubles(key)) ?? []).reduce(largest) { max($0, $1.magnitude) }
    }

  /// How far results may be off, see ``rough(_:_:_:)``, instead of by the file's rules.
  private let share: Double?

  package init(_ file: GoldenFile, share: Double? = nil) {
    self.file = file
    self.share = share
  }

  /// Whether the file holds `key`: for outputs that are costly to make.
  public func wants(_ key: String) -> Bool { file.has(key) }

  /// Compares own values with the tensor `key`, if the file holds it.
  ///
  /// - Parameter shape: the own tensor's shape, compared too when given.
  public func callAsFunction<Value: BinaryFloatingPoint>(_ key: String, _ own: [Value], shape: [Int]? = nil) throws {
    try check(key, own.map { Double($0) }, shape)
  }

  /// Compares own integers with the tensor `key`, if the file holds it.
  public func callAsFunction<Value: BinaryInteger>(_ key: String, _ own: [Value], shape: [Int]? = nil) throws {
    try check(key, own.map { Double($0) }, shape)
  }

  /// Compares own truth values with the tensor `key` of zeros and ones, if the file holds it.
  public func callAsFunction(_ key: String, _ own: [Bool], shape: [Int]? = nil) throws {
    try check(key, own.map { $0 ? 1 : 0 }, shape)
  }

  /// Compares one own value with the tensor `key`, if the file holds it.
  public func callAsFunction<Value: BinaryFloatingPoint>(_ key: String, _ own: Value) throws {
    try check(key, [Double(own)], nil)
  }

  /// Compares own numbers with some that the file holds in its configuration instead of in a tensor.
  ///
  /// - Parameter key: the name they would have as a tensor; its rule is theirs.
  public func callAsFunction(_ key: String, _ own: [Double], listed stored: [Double]) {
    guard let rule = file.rules.first(where: { $0.matches(key) }) else {
      failures.append("\(key): no tolerance rule of the file matches this key")
      return
    }
    let verdict = rule.judge(own: own, stored: stored)
    if let failure = verdict.failure { failures.append("\(key): \(failure)") }
    margins.append((key, verdict.margin))
  }

  private func check(_ key: String, _ own: [Double], _ shape: [Int]?) throws {
    guard let info = file.tensors[key] else { return }
    checked.insert(key)
    if let shape, shape != info.shape {
      failures.append("\(key): has shape \(shape), stored is \(info.shape)")
      return
    }
    let stored = try file.doubles(key)
    let verdict: Verdict
    if let share {
      verdict = key.hasPrefix("grad.") ? roughGradient(own, stored, share) : rough(own, stored, share)
    } else if let gradient = vanishingGradientLimit(key, stored) {
      verdict = compare(own: own, stored: stored) { _ in gradient }
    } else if let rule = file.rules.first(where: { $0.matches(key) }) {
      verdict = rule.judge(own: own, stored: stored)
    } else {
      verdict = Verdict(failure: "no tolerance rule of the file matches this key", margin: .infinity)
    }
    if let failure = verdict.failure { failures.append("\(key): \(failure)") }
    margins.append((key, verdict.margin))
  }

  /// Each number may be off by `share` of the largest.
  private func rough(_ own: [Double], _ stored: [Double], _ share: Double) -> Verdict {
    let largest = stored.reduce(1e-6) { max($0, $1.magnitude) }
    return compare(own: own, stored: stored) { _ in share * largest }
  }

  /// The difference may be as long as `2 * share` of the gradient; a gradient that is short beside all others is a sum of
  /// terms that cancel, and so is its error.
  private func roughGradient(_ own: [Double], _ stored: [Double], _ share: Double) -> Verdict {
    guard own.count == stored.count else { return rough(own, stored, share) }
    let difference = zip(own, stored).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    let length = stored.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let margin = difference / (2 * share * (length + 0.05 * gradientLength))
    let failure = margin <= 1 ? nil : "is off by \(difference), its length is \(length), that of all \(gradientLength)"
    return Verdict(failure: failure, margin: margin)
  }

  /// The length of all gradients of the file together.
  private lazy var gradientLength: Double = file.keys.filter { $0.hasPrefix("grad.") }
    .reduce(0) { sum, key in ((try? file.doubles(key)) ?? []).reduce(sum) { $0 + $1 * $1 } }.squareRoot()

  /// The absolute limit for gradients that are rounding noise beside the file's largest, else `nil`.
  private func vanishingGradientLimit(_ key: String, _ stored: [Double]) -> Double? {
    guard key.hasPrefix("grad.") else { return nil }
    let largest = stored.reduce(0) { max($0, $1.magnitude) }
    return largest < 1e-4 * largestGradient ? 1e-6 * largestGradient : nil
  }

  /// Leaves a tensor out that is a variant which Sluice does not have, and says so.
  public func leaveOut(_ key: String, because reason: String) {
    guard file.has(key) else { return }
    checked.insert(key)
    print("golden: left out \(file.name), \(key): \(reason)")
  }

  /// The failures, those of unchecked tensors included.
  package func finish() -> [String] {
    let unchecked = file.keys.filter {
      ($0.hasPrefix("output.") || $0.hasPrefix("grad.")) && !checked.contains($0)
    }
    if checked.isEmpty, unchecked.isEmpty { failures.append("nothing was checked") }
    return failures + unchecked.map { "\($0): was not checked" }
  }

  /// The tensor that came nearest to its limit.
  var closest: String {
    guard let worst = margins.max(by: { $0.margin < $1.margin }) else { return "nothing compared" }
    return
      "\(margins.count) tensors, nearest to its limit \(worst.key) at \(Int((min(worst.margin, 1e6) * 100).rounded())) %"
  }
}
