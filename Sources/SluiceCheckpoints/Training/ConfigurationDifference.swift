/// The settings in which two configurations differ.
public struct ConfigurationDifference: Sendable, Equatable, CustomStringConvertible {
  /// One setting; `nil` where a configuration does not have it.
  public struct Change: Sendable, Equatable, CustomStringConvertible {
    /// Path of the setting: `decode.workers`, `views[1].size`.
    public let setting: String
    /// The stored value.
    public let old: JSONValue?
    /// The present value.
    public let new: JSONValue?

    public var description: String {
      switch (old, new) {
      case (let old?, let new?): "changed: \(setting): \(text(old)) → \(text(new))"
      case (nil, let new?): "added: \(setting): \(text(new))"
      case (let old?, nil): "removed: \(setting): \(text(old))"
      case (nil, nil): setting
      }
    }

    private func text(_ value: JSONValue) -> String {
      value.string ?? (try? value.json()) ?? "a number that is not finite"
    }
  }

  /// The differences, by setting.
  public let changes: [Change]

  /// Compares two configurations.
  ///
  /// - Parameter ignoring: patterns of settings that change no result; `*` stands for any run of characters, as in
  ///   `*.workers`.
  public init(from old: JSONValue, to new: JSONValue, ignoring patterns: [String] = []) {
    var changes: [Change] = []
    Self.collect(old, new, at: "", into: &changes)
    self.changes = changes.filter { change in !patterns.contains { matches($0.utf8[...], change.setting.utf8[...]) } }
  }

  /// Whether nothing differs.
  public var isEmpty: Bool { changes.isEmpty }

  /// One line a change: `changed: decode.workers: 8 → 4`.
  public var description: String { changes.map(\.description).joined(separator: "\n") }

  private static func collect(_ old: JSONValue?, _ new: JSONValue?, at path: String, into changes: inout [Change]) {
    switch (old, new) {
    case (.object(let old)?, .object(let new)?):
      for key in Set(old.keys).union(new.keys).sorted() {
        collect(old[key], new[key], at: path.isEmpty ? key : "\(path).\(key)", into: &changes)
      }
    case (.array(let old)?, .array(let new)?) where old.count == new.count:
      for index in old.indices { collect(old[index], new[index], at: "\(path)[\(index)]", into: &changes) }
    case (.object(let members)?, nil) where !members.isEmpty:
      for key in members.keys.sorted() { collect(members[key], nil, at: "\(path).\(key)", into: &changes) }
    case (nil, .object(let members)?) where !members.isEmpty:
      for key in members.keys.sorted() { collect(nil, members[key], at: "\(path).\(key)", into: &changes) }
    default:
      if old != new { changes.append(Change(setting: path, old: old, new: new)) }
    }
  }
}

/// Whether `pattern`, in which `*` stands for any run of characters, matches all of `text`.
private func matches(_ pattern: Substring.UTF8View, _ text: Substring.UTF8View) -> Bool {
  guard let first = pattern.first else { return text.isEmpty }
  guard first == UInt8(ascii: "*") else {
    return text.first == first && matches(pattern.dropFirst(), text.dropFirst())
  }
  let rest = pattern.dropFirst()
  return text.indices.contains { matches(rest, text[$0...]) } || matches(rest, text[text.endIndex...])
}
