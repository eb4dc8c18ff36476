internal import SluiceFlow
internal import SluicePlatform

/// Fields of a system that belong to no stage: `--set model.depth=4`, `--set recipe.mixup=true`.
protocol SettingGroup: Configurable {
  /// What stands in front of the dot.
  static var group: String { get }
}

extension SettingGroup {
  /// Sets the fields that `settings` name under this group, but those of `others`, which are read elsewhere.
  /// - Throws: ``RunError`` for a field that is not there, naming the nearest, and for a value that makes no sense.
  mutating func take(_ settings: [String: String], except others: Set<String> = []) throws(RunError) {
    for (name, text) in settings.sorted(by: { $0.key < $1.key }) where name.hasPrefix(Self.group + ".") {
      let field = String(name.dropFirst(Self.group.count + 1))
      if others.contains(field) { continue }
      guard let setting = Self.settings.first(where: { $0.name == field }) else {
        let names = Self.settings.map(\.name) + others.sorted()
        let hint = nearestName(to: field, among: names).map { " Did you mean \($0)?" } ?? ""
        throw RunError(
          .configuration,
          "--set \(name): \(Self.group) has no field “\(field)”.\(hint) It has: \(names.joined(separator: ", ")).")
      }
      do { try setting.write(&self, text) } catch {
        throw RunError(.configuration, "--set \(name)=\(text): \(error)")
      }
    }
  }

  /// The values of all fields by name, with the group in front.
  var values: [String: String] {
    Dictionary(uniqueKeysWithValues: Self.settings.map { ("\(Self.group).\($0.name)", $0.read(self)) })
  }
}

extension Setting {
  /// The same field of what is inside something larger.
  func inside<Outer>(_ path: any WritableKeyPath<Outer, Root> & Sendable) -> Setting<Outer> {
    Setting<Outer>(name, changesResults: changesResults, read: { read($0[keyPath: path]) }) { outer, text in
      try write(&outer[keyPath: path], text)
    }
  }

  /// A whole number from 1, or a word for none.
  init(_ name: String, _ field: any WritableKeyPath<Root, Int?> & Sendable, none word: String) {
    self.init(name, read: { $0[keyPath: field].map { "\($0)" } ?? word }) { root, text in
      guard text != word else {
        root[keyPath: field] = nil
        return
      }
      guard let number = Int(text), number > 0 else {
        throw SettingError("“\(text)” is no whole number from 1, nor \(word)")
      }
      root[keyPath: field] = number
    }
  }
}

/// The case called `name`, or `standard` if there is no name.
/// - Throws: ``RunError`` that begins with `option` and names the nearest.
func chosen<Choice: RawRepresentable & CaseIterable>(
  _ name: String?, or standard: Choice, option: String
) throws(RunError) -> Choice where Choice.RawValue == String {
  guard let name else { return standard }
  if let choice = Choice(rawValue: name) { return choice }
  let names = Choice.allCases.map(\.rawValue)
  let hint = nearestName(to: name, among: names).map { " Did you mean \($0)?" } ?? ""
  throw RunError(
    .configuration, "\(option): there is no “\(name)”.\(hint) There are: \(names.joined(separator: ", ")).")
}
