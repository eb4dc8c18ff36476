public import SluiceFlow
internal import SluicePlatform

/// Everything that decides what a system trains and how, as one value: `--set`, `--config`, help, the difference on resume
/// and the stored model all go by its ``Configurable/settings``, and the stages are built of it.
///
/// Names have a group and a field: `model.depth`, `recipe.flip`, `denseFrames.stride`.
public protocol SystemConfiguration: Configurable {
  /// The values that a run has unless it is told otherwise.
  init()
  /// Names of the settings that bring whole sets of values; they are made before all others, in this order.
  static var presets: [String] { get }
  /// Names of stages that are built of it without a setting of their own: `--set` cannot change them in the pipeline.
  static var builtGroups: Set<String> { get }
}

extension SystemConfiguration {
  public static var presets: [String] { [] }

  public static var builtGroups: Set<String> { [] }

  /// The default values, over them those of a stored configuration, over them those of `settings`.
  /// - Parameters:
  ///   - settings: what a user asks for; names of the pipeline's own are left alone.
  ///   - stored: what a run was made with; names that are not known are left alone.
  /// - Throws: ``RunError`` for a value that makes no sense, a field that is not there in one of its groups, and a field
  ///   that has no effect with the other values.
  public init(_ settings: [String: String], over stored: [String: String] = [:]) throws(RunError) {
    self.init()
    let known = Dictionary(Self.settings.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    for values in [stored, settings] {
      let presets = Self.presets.filter { values[$0] != nil }
      for name in presets + values.keys.filter({ !presets.contains($0) }).sorted() {
        guard let setting = known[name], let text = values[name] else { continue }
        do { try setting.write(&self, text) } catch {
          throw RunError(.configuration, "--set \(name)=\(text): \(error)")
        }
      }
    }
    for (name, text) in settings.sorted(by: { $0.key < $1.key }) {
      guard let setting = known[name] else {
        if Self.owns(name) { throw Self.unknown(name) }
        continue
      }
      guard let condition = setting.unmetCondition(in: self) else { continue }
      throw RunError(
        .configuration,
        "--set \(name)=\(text) has no effect here: it counts only where \(condition). Leave it out, or change that.")
    }
  }

  /// The settings as a file can hold them.
  ///
  /// Read back over the default values they make this configuration, and none of them is refused. Those without an effect
  /// are left out, and those that follow from others.
  public var fileSettings: [(name: String, value: String)] {
    var kept: [(name: String, value: String)] = []
    var values: [String: String] = [:]
    // What the presets bring.
    let presets = self.values.filter { Self.presets.contains($0.key) }
    let usual = ((try? Self(presets)) ?? Self()).values
    for setting in Self.settings where setting.unmetCondition(in: self) == nil {
      // Read by runs without the option that it needs, it would be refused there.
      if setting.neededOption != nil, setting.read(self) == usual[setting.name] { continue }
      values[setting.name] = setting.read(self)
      if (try? Self(values)) == nil {
        values[setting.name] = nil
      } else {
        kept.append((setting.name, setting.read(self)))
      }
    }
    return kept
  }

  /// Whether `name` is one of its settings, or means to be.
  ///
  /// Workers and buffers are always the pipeline's.
  public static func owns(_ name: String) -> Bool {
    let group = group(of: name)
    if name == group + ".workers" || name == group + ".buffer" { return false }
    return builtGroups.contains(group) || settings.contains { Self.group(of: $0.name) == group }
  }

  /// The values of all settings by name.
  public var values: [String: String] {
    Dictionary(Self.settings.map { ($0.name, $0.read(self)) }, uniquingKeysWith: { first, _ in first })
  }

  private static func group(of name: String) -> String { String(name.prefix { $0 != "." }) }

  private static func unknown(_ name: String) -> RunError {
    let group = group(of: name)
    let field = String(name.dropFirst(group.count + 1))
    let names = settings.map(\.name).filter { Self.group(of: $0) == group }.map {
      String($0.dropFirst(group.count + 1))
    }
    guard !names.isEmpty else {
      return RunError(.configuration, "--set \(name): \(group) follows from the recipe; set that.")
    }
    let hint = didYouMean(field, among: names)
    return RunError(
      .configuration,
      "--set \(name): \(group) has no field “\(field)”.\(hint) It has: \(names.joined(separator: ", ")).")
  }
}
