internal import SluiceNN

/// How the names of a published layout become a model's own: a list of rules, each applied to what the one before left.
///
/// ```swift
/// let map = KeyMap("mine", "my lab's files", [.take("model/"), .strip("module."), .rename("fc.*", "head.*")])
/// map.apply(to: ["model/module.fc.bias", "epoch"]).names   // [own: "head.bias", stored: "model/module.fc.bias"]
/// ```
public struct KeyMap: Sendable, Equatable {
  /// One change of names.
  public struct Rule: Sendable, Equatable {
    enum Action: Equatable {
      case take([String])
      case strip(String)
      case remove(String)
      case replace(String, String)
      case rename(NamePattern, NamePattern)
      case drop(NamePattern)
    }

    let action: Action

    /// Keeps the names that begin with the first of `prefixes` that any name begins with, without it.
    ///
    /// Where none does, all names stay: a file may hold its tensors with nothing around them.
    public static func take(_ prefixes: String...) -> Rule { Rule(action: .take(prefixes)) }
    /// Takes `prefix` off the names that begin with it, once.
    public static func strip(_ prefix: String) -> Rule { Rule(action: .strip(prefix)) }
    /// Takes `text` out wherever it stands.
    public static func remove(_ text: String) -> Rule { Rule(action: .remove(text)) }
    /// Puts `new` wherever `text` stands.
    public static func replace(_ text: String, _ new: String) -> Rule { Rule(action: .replace(text, new)) }
    /// Renames what matches a pattern; the stars of `new` take what those of `pattern` stood for, in order.
    ///
    /// - Precondition: as many stars in both.
    public static func rename(_ pattern: String, _ new: String) -> Rule {
      let (from, to) = (NamePattern(pattern), NamePattern(new))
      precondition(from.starCount == to.starCount, "\(pattern) and \(new) have different numbers of stars")
      return Rule(action: .rename(from, to))
    }
    /// Leaves out what matches a pattern.
    public static func drop(_ pattern: String) -> Rule { Rule(action: .drop(NamePattern(pattern))) }
  }

  /// The map's name on the command line.
  public let name: String
  /// Whose files it is for, in a few words.
  public let summary: String
  /// The rules, in the order of their application.
  public let rules: [Rule]

  /// Creates a map.
  public init(_ name: String, _ summary: String, _ rules: [Rule]) {
    self.name = name
    self.summary = summary
    self.rules = rules
  }

  /// The names as they are.
  public static let identity = KeyMap("none", "names as they are in the file", [])
}

/// A file's names beside the model's.
public struct MappedNames: Sendable, Equatable {
  /// One tensor's two names.
  public struct Name: Sendable, Equatable {
    /// The model's name.
    public let own: String
    /// The file's name.
    public let stored: String
  }

  /// The names that are kept, in the file's order.
  public let names: [Name]
  /// The file's names that were left out.
  public let dropped: [String]
  /// Own names that more than one stored name became; nothing can be loaded then.
  public let collisions: [String]
}

extension KeyMap {
  /// The model's names for a file's names.
  public func apply(to stored: [String]) -> MappedNames {
    var names = stored.map { MappedNames.Name(own: $0, stored: $0) }
    for rule in rules { names = rule.apply(to: names) }
    let kept = Set(names.map(\.stored))
    let counts = Dictionary(names.map { ($0.own, 1) }, uniquingKeysWith: +)
    return MappedNames(
      names: names, dropped: stored.filter { !kept.contains($0) },
      collisions: counts.filter { $0.value > 1 }.map(\.key).sorted())
  }
}

extension KeyMap {
  /// The model's names for the tensors of a file.
  /// - Throws: ``CheckpointError`` if several tensors would have one name.
  public func names(of source: any TensorSource) throws(CheckpointError) -> MappedNames {
    let mapped = apply(to: source.tensors.map(\.name))
    guard mapped.collisions.isEmpty else {
      throw CheckpointError(
        .mismatched, file: source.path,
        "the map \(name) gives several tensors the name \(LoadReport.listing(mapped.collisions)). Use another map")
    }
    return mapped
  }
}

extension KeyMap.Rule {
  fileprivate func apply(to names: [MappedNames.Name]) -> [MappedNames.Name] {
    if case .take(let prefixes) = action {
      guard let prefix = prefixes.first(where: { prefix in names.contains { $0.own.hasPrefix(prefix) } }) else {
        return names
      }
      return names.filter { $0.own.hasPrefix(prefix) }.map {
        MappedNames.Name(own: String($0.own.dropFirst(prefix.count)), stored: $0.stored)
      }
    }
    return names.compactMap { name in apply(to: name.own).map { MappedNames.Name(own: $0, stored: name.stored) } }
  }

  /// The new name, or `nil` if it is left out.
  private func apply(to name: String) -> String? {
    switch action {
    case .take: return name
    case .strip(let prefix): return name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
    case .remove(let text): return replaced(name, text, "")
    case .replace(let text, let new): return replaced(name, text, new)
    case .rename(let pattern, let new): return pattern.captures(in: name).map { new.filled(with: $0) } ?? name
    case .drop(let pattern): return pattern.captures(in: name) == nil ? name : nil
    }
  }

  private func replaced(_ name: String, _ text: String, _ new: String) -> String {
    var result = ""
    var rest = name[...]
    while let found = NamePattern.first(text[...], in: rest), found < rest.endIndex {
      result += rest[..<found] + new
      rest = rest[rest.index(found, offsetBy: text.count)...]
    }
    return result + rest
  }
}
