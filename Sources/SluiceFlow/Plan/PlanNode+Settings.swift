extension PlanNode {
  /// The fields of what is inside, then those every node of the kind has.
  package var allFields: [FieldValue] {
    let buffer = FieldValue(name: "buffer", text: "\(buffer)", changesResults: false)
    let workers = FieldValue(name: "workers", text: "\(workers)", changesResults: false)
    return switch kind {
    case .source(let source): source.fields + order.fields + [workers, buffer]
    case .stage(let stage): stage.fields + [workers, buffer]
    case .expansion(let expansion): expansion.fields + [workers, buffer]
    case .batch(let size, _): [FieldValue(name: "size", text: "\(size)", changesResults: true), buffer]
    case .fork(let fork):
      [FieldValue(name: "window", text: fork.window.map { "\($0)" } ?? "auto", changesResults: false), buffer]
    case .zip: [buffer]
    case .step: []
    }
  }

  mutating func set(_ field: String, to text: String) throws {
    switch (kind, field) {
    case (.source(var source), _) where source.fields.contains { $0.name == field }:
      try source.set(field, to: text)
      kind = .source(source)
    case (.stage(var stage), _) where stage.fields.contains { $0.name == field }:
      try stage.set(field, to: text)
      kind = .stage(stage)
    case (.expansion(var expansion), _) where expansion.fields.contains { $0.name == field }:
      try expansion.set(field, to: text)
      kind = .expansion(expansion)
    case (.batch(_, let collect), "size"): kind = .batch(size: try number(text, .batchSize), collect: collect)
    case (.fork(var fork), "window"):
      fork.window = text == "auto" ? nil : try number(text, .forkWindow)
      kind = .fork(fork)
    case (.source, "window"): order.window = text == "all" ? nil : try number(text, .shuffleWindow)
    case (_, "workers"): workers = try number(text, .workers)
    case (_, "buffer"): buffer = try number(text, .buffer)
    default: break
    }
  }

  private func number(_ text: String, _ limit: NodeLimit) throws -> Int {
    guard let number = Int(text) else {
      let bounds = "\(limit.range.lowerBound)...\(limit.range.upperBound)"
      throw SettingError("“\(text)” is no whole number in \(bounds)")
    }
    if let complaint = limit.complaint(about: number) { throw SettingError(complaint) }
    return number
  }
}

extension SourceOrder {
  /// What can be set of the order; nothing if the list's own is kept.
  fileprivate var fields: [FieldValue] {
    guard shuffleSeed != nil else { return [] }
    return [FieldValue(name: "window", text: window.map { "\($0)" } ?? "all", changesResults: true)]
  }
}

extension PipelinePlan {
  /// This plan with `decode`, `decode2`, … where several nodes have the same name.
  func withUniqueNames() -> PipelinePlan {
    var seen: [String: Int] = [:]
    return mapNodes { node in
      let count = seen[node.name, default: 0] + 1
      seen[node.name] = count
      if count > 1 { node.name += "\(count)" }
    }
  }
}
