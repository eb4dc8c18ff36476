/// What may be said about running a node.
struct NodeLimit: Sendable {
  let field: String
  let range: ClosedRange<Int>

  static let workers = NodeLimit(field: "workers", range: 1...4096)
  static let buffer = NodeLimit(field: "buffer", range: 1...1_000_000)
  static let batchSize = NodeLimit(field: "size", range: 1...1_000_000)
  static let outputCount = NodeLimit(field: "count", range: 1...65_536)
  static let gatheredCount = NodeLimit(field: "gatheredCount", range: 1...65_536)
  static let forkWindow = NodeLimit(field: "window", range: 1...1_000_000)
  static let shuffleWindow = NodeLimit(field: "window", range: 1...Int(UInt32.max))

  static let parts = NodeLimit(field: "parts", range: 1...65_536)
  /// The most outputs that several expansions make of one sample.
  static let outputsOfSample = 1_000_000

  /// What is wrong with a number; `nil` if nothing is.
  func complaint(about number: Int) -> String? {
    range.contains(number)
      ? nil : "\(number) given, \(range.lowerBound)...\(range.upperBound) wanted"
  }
}

extension PlanNode {
  /// What was said about running this node, with the limits of each number.
  private var limitedNumbers: [(number: Int, limit: NodeLimit)] {
    var numbers = [(workers, NodeLimit.workers), (buffer, .buffer)]
    switch kind {
    case .batch(let size, _): numbers.append((size, .batchSize))
    case .expansion(let expansion): numbers.append((expansion.count, .outputCount))
    case .fork(let fork): numbers += fork.window.map { [($0, .forkWindow)] } ?? []
    case .source: numbers += order.window.map { [($0, .shuffleWindow)] } ?? []
    case .stage: numbers += gathering.map { [($0.gatheredCount, .gatheredCount)] } ?? []
    case .zip, .step: break
    }
    return numbers
  }

  /// - Throws: ``FlowError`` `.badSetting`, naming the number.
  fileprivate func check() throws(FlowError) {
    for (number, limit) in limitedNumbers {
      guard let complaint = limit.complaint(about: number) else { continue }
      throw FlowError(.badSetting, "\(name).\(limit.field): \(complaint)", stage: name)
    }
  }
}

extension PipelinePlan {
  /// - Throws: ``FlowError`` `.badSetting` for the first number that no node can be run with.
  func check() throws(FlowError) {
    for node in allNodes { try node.check() }
    try checkGathering()
    let repeated = samplesPerOutput.map(\.repeated).max() ?? 1
    guard repeated <= NodeLimit.outputsOfSample else {
      throw FlowError(
        .badSetting, "a sample gives \(repeated) outputs, at most \(NodeLimit.outputsOfSample) are wanted")
    }
  }
}

extension RunOptions {
  /// - Throws: ``FlowError`` `.badSetting` for the first of these that no run can have.
  func check() throws(FlowError) {
    for (name, number) in [("epochs", epochs), ("steps", steps)] {
      if let number, number < 0 { throw FlowError(.badSetting, "\(name): \(number) given, at least 0 wanted") }
    }
    if let complaint = NodeLimit.parts.complaint(about: parts.count) {
      throw FlowError(.badSetting, "parts: \(complaint)")
    }
    guard !parts.own.isEmpty, parts.own.lowerBound >= 0, parts.own.upperBound <= parts.count else {
      throw FlowError(
        .badSetting,
        "parts: \(parts.own.lowerBound)..<\(parts.own.upperBound) of \(parts.count) given, at least one wanted")
    }
    if let maxFailures, !(maxFailures >= 0) {
      throw FlowError(.badSetting, "maxFailures: \(maxFailures) given, a share of 0 or more wanted")
    }
  }
}
