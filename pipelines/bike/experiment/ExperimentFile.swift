internal import SluicePlatform
public import SluiceTraining
internal import Yams

/// One of BIKE's own configuration files, in which `data` and `network` say what is trained.
///
/// ```swift
/// let file = try ExperimentFile(contentsOf: "configs/k400/k400_train_rgb_vitb-32-f8.yaml")
/// file?["data.num_segments"]     // 8
/// file?.unusedKeys               // ["data.seg_length", …]
/// ```
/// A key that nobody knows is refused, with the nearest; so is a value that means nothing.
/// - Source: BIKE, `configs/`.
public struct ExperimentFile: Sendable {
  /// Where it is.
  public let path: String
  /// The keys in the order of the file, those of the command line last.
  public private(set) var names: [String] = []
  /// The values of the keys that stand in it.
  public private(set) var values: [String: ExperimentValue] = [:]

  /// Reads the file at `path`; `nil` if it has not both parts, and so is none of BIKE's.
  /// - Parameter changes: what the command line says instead, by name; names that are no keys are left alone.
  /// - Throws: ``RunError`` with line and key.
  public init?(contentsOf path: String, changing changes: [String: String] = [:]) throws(RunError) {
    self.path = path
    let bytes: [UInt8]
    do { bytes = try readFile(path) } catch {
      throw RunError(.configuration, "\(path): the configuration \(error.reason). Check the path of --config.")
    }
    guard let text = String(bytes: bytes, encoding: .utf8) else {
      throw RunError(.configuration, "\(path): the configuration is not UTF-8 text.")
    }
    guard let root = try ExperimentFile.root(of: text, path) else { return nil }
    guard root["data"]?.mapping != nil, root["network"]?.mapping != nil else { return nil }
    try read(root)
    for (name, text) in changes.sorted(by: { $0.key < $1.key }) {
      guard ExperimentKey.all.contains(where: { $0.name == name }) else { continue }
      try set(name, ExperimentValue(plain: text), "--set \(name)=\(text)")
    }
    guard values["network.sim_header"] != nil else {
      throw RunError(
        .configuration,
        "\(path): network.sim_header is absent; wanted: Transf or None. Say which temporal module the head has.")
    }
  }

  /// The value of a key; `nil` where it is absent or empty.
  public subscript(name: String) -> ExperimentValue? { values[name].flatMap { $0 == .null ? nil : $0 } }

  /// The keys with nothing behind them.
  public var emptyKeys: [String] { names.filter { values[$0] == .null } }

  /// The keys that have no effect: the published program reads them no more than this one.
  public var unusedKeys: [String] {
    names.filter { name in ExperimentKey.all.contains { $0.name == name && !$0.isUsed } }
  }

  /// Whether a name is one of the keys.
  public static func hasKey(_ name: String) -> Bool { ExperimentKey.all.contains { $0.name == name } }

  /// The file as a tree; `nil` if it cannot be read and is none of BIKE's in any case.
  private static func root(of text: String, _ path: String) throws(RunError) -> Node? {
    do { return try Yams.compose(yaml: text) } catch {
      let lines = text.split(whereSeparator: \.isNewline)
      guard ["data:", "network:"].allSatisfy({ group in lines.contains { $0.hasPrefix(group) } }) else { return nil }
      if case YamlError.duplicatedKeysInMapping(let duplicates, let context) = error {
        throw RunError(
          .configuration,
          "\(path):\(context.mark.line): \(duplicates.sorted().joined(separator: ", ")): a key is there twice. Leave one of "
            + "them out.")
      }
      throw RunError(.configuration, "\(path): this is no YAML: \(error)")
    }
  }

  private mutating func read(_ root: Node) throws(RunError) {
    for (key, node) in try members(of: root, "") {
      guard ExperimentKey.groups.contains(key) else {
        try take(key, node)
        continue
      }
      if node.scalar != nil, ExperimentValue(node) == .null { continue }
      guard node.mapping != nil else { throw problem(node, "\(key) is a group of keys, and has a single value") }
      for (field, value) in try members(of: node, key + ".") { try take(key + "." + field, value) }
    }
  }

  /// The keys of a mapping with their values; those that it shares with an anchored one (`<<`) come first, and give way.
  private func members(of node: Node, _ prefix: String) throws(RunError) -> [(key: String, value: Node)] {
    var members: [(key: String, value: Node)] = []
    func add(_ key: String, _ value: Node) {
      if let index = members.firstIndex(where: { $0.key == key }) {
        members[index].value = value
      } else {
        members.append((key, value))
      }
    }
    guard let mapping = node.mapping else { return [] }
    for (key, value) in mapping where key.scalar?.string == "<<" && key.scalar?.style == .plain {
      let shared = value.sequence.map { Array($0) } ?? [value]
      // Of several the first counts.
      for other in shared.reversed() {
        guard other.mapping != nil else { throw problem(other, "\(prefix)<< wants the keys of another group") }
        for member in try self.members(of: other, prefix) { add(member.key, member.value) }
      }
    }
    for (key, value) in mapping where !(key.scalar?.string == "<<" && key.scalar?.style == .plain) {
      guard let name = key.scalar?.string else { throw problem(key, "a key of \(prefix) is no text") }
      add(name, value)
    }
    return members
  }

  private mutating func take(_ name: String, _ node: Node) throws(RunError) {
    guard let value = ExperimentValue(node) else {
      throw problem(node, "\(name) is a single value, and there are keys below it")
    }
    try set(name, value, "\(path)\(node.mark.map { ":\($0.line)" } ?? "")")
  }

  /// - Parameter place: what messages begin with.
  private mutating func set(_ name: String, _ value: ExperimentValue, _ place: String) throws(RunError) {
    guard let key = ExperimentKey.all.first(where: { $0.name == name }) else {
      let hint = didYouMean(name, among: ExperimentKey.all.map(\.name) + ExperimentKey.groups)
      throw RunError(
        .configuration, "\(place): \(name) is no key of BIKE's configuration.\(hint) Correct it or leave it out.")
    }
    if let wanted = key.complaint(about: value) {
      throw RunError(.configuration, "\(place): \(name) is \(value); wanted: \(wanted)." + advice(name, value))
    }
    if values.updateValue(value, forKey: name) == nil { names.append(name) }
  }

  /// What may help with a value of which more is known than that it is wrong.
  private func advice(_ name: String, _ value: ExperimentValue) -> String {
    switch (name, value) {
    case ("solver.type", .text("monitor")): " Nothing was published that monitor does: take cosine."
    case ("solver.start_epoch", _): " A run goes on where it was ended by resume, or by --resume."
    default: ""
    }
  }

  private func problem(_ node: Node, _ reason: String) -> RunError {
    RunError(.configuration, "\(path)\(node.mark.map { ":\($0.line)" } ?? ""): \(reason).")
  }
}

extension ExperimentValue {
  /// The value of a node; `nil` for a mapping, and a list of anything but values.
  fileprivate init?(_ node: Node) {
    if let scalar = node.scalar {
      self = scalar.style == .plain || scalar.style == .any ? .init(plain: scalar.string) : .text(scalar.string)
    } else if let sequence = node.sequence {
      let values = sequence.compactMap { ExperimentValue($0) }
      guard values.count == sequence.count else { return nil }
      self = .list(values)
    } else {
      return nil
    }
  }
}
