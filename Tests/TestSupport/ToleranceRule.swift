import SluiceCheckpoints

/// How far a tensor may be from the stored one; golden files carry these in their metadata.
package struct ToleranceRule {
  package enum Measure: String { case relmax, abs, exact, levels }

  package let keys: String
  package let measure: Measure
  package let limit: Double
  /// Each element is judged by its own stored value, not by the tensor's largest.
  package let isPerElement: Bool
  /// Added to the allowed difference.
  package let plus: Double
  /// The limit for elements whose stored value is exactly zero.
  package let zeros: Double?
  /// At most this part of the elements may differ at all.
  package let fraction: Double?

  package init(_ json: JSONValue, file: String) throws {
    guard let keys = json["keys"].string, let measure = json["measure"].string.flatMap(Measure.init(rawValue:)) else {
      throw GoldenError("\(file): a tolerance rule without keys or a known measure: \(json)")
    }
    let known: Set = ["keys", "measure", "limit", "per", "plus", "zeros", "fraction"]
    if let odd = json.object?.keys.first(where: { !known.contains($0) }) {
      throw GoldenError("\(file): a tolerance rule has the unknown member \(odd)")
    }
    self.keys = keys
    self.measure = measure
    limit = json["limit"].double ?? 0
    isPerElement = json["per"].string == "element"
    plus = json["plus"].double ?? 0
    zeros = json["zeros"].double
    fraction = json["fraction"].double
  }

  /// Whether the rule is for `key`; `*` stands for any run of characters.
  package func matches(_ key: String) -> Bool { wildcard(keys.utf8[...], key.utf8[...]) }

  /// What is wrong with `own`, or `nil`; `margin` is the largest share of its allowance an element used.
  package func judge(own: [Double], stored: [Double]) -> Verdict {
    let largest = stored.reduce(0) { max($0, $1.magnitude) }
    return compare(own: own, stored: stored, fraction: fraction) { expected in
      if expected == 0, let zeros { return zeros }
      switch measure {
      case .exact: return 0
      case .abs, .levels: return limit + plus
      case .relmax where isPerElement: return limit * expected.magnitude + plus
      case .relmax: return largest == 0 ? max(1e-6, plus) : limit * largest + plus
      }
    }
  }
}

/// The outcome of comparing one tensor.
package struct Verdict {
  /// What is wrong, or `nil`.
  package var failure: String?
  /// The largest difference as a share of what was allowed; above 1 is a failure.
  package var margin: Double
}

/// Compares element by element; `allowance` is the difference allowed at a stored value.
func compare(own: [Double], stored: [Double], fraction: Double? = nil, allowance: (Double) -> Double) -> Verdict {
  guard own.count == stored.count else {
    return Verdict(failure: "has \(own.count) elements, stored are \(stored.count)", margin: .infinity)
  }
  var worst = (margin: 0.0, index: 0, allowed: 0.0)
  var differing = 0
  var failing = 0
  for index in own.indices where !(own[index] == stored[index] || (own[index].isNaN && stored[index].isNaN)) {
    differing += 1
    let difference = (own[index] - stored[index]).magnitude
    let allowed = allowance(stored[index])
    let margin = difference <= 0 || !difference.isFinite || allowed == 0 ? .infinity : difference / allowed
    if margin > 1 { failing += 1 }
    if margin > worst.margin { worst = (margin, index, allowed) }
  }
  if failing > 0 {
    let (index, allowed) = (worst.index, worst.allowed)
    let difference = (own[index] - stored[index]).magnitude
    return Verdict(
      failure: "element \(index) is \(own[index]), stored \(stored[index]): error \(difference), limit \(allowed)"
        + " (\(failing) of \(own.count) elements out of limit)",
      margin: worst.margin)
  }
  if let fraction, Double(differing) > fraction * Double(own.count) {
    return Verdict(
      failure: "\(differing) of \(own.count) elements differ, allowed is a part of \(fraction)", margin: .infinity)
  }
  return Verdict(failure: nil, margin: worst.margin)
}

private func wildcard(_ pattern: Substring.UTF8View, _ text: Substring.UTF8View) -> Bool {
  guard let first = pattern.first else { return text.isEmpty }
  if first != UInt8(ascii: "*") {
    return text.first == first && wildcard(pattern.dropFirst(), text.dropFirst())
  }
  var rest = text
  while true {
    if wildcard(pattern.dropFirst(), rest) { return true }
    if rest.isEmpty { return false }
    rest = rest.dropFirst()
  }
}

/// A golden file or folder that cannot be used.
public struct GoldenError: Error, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}
