import SluiceFlow
import SluicePipelines
import SluiceTraining

/// The settings of one system, each tried with other values.
struct SettingTrial<System: TrainingSystem> {
  typealias Context = [String: String]

  let base: Context
  private let data: TinyData
  private let weights: TinyWeights

  init(_ type: System.Type, _ base: Context) throws {
    self.base = base
    data = try TinyData(for: type)
    weights = try TinyWeights(in: data.folder)
  }

  /// The settings that do not bring whole sets of others.
  var settings: [Setting<System.Configuration>] {
    // How images of folders are named has an effect on folders alone.
    System.Configuration.settings.filter {
      !System.Configuration.presets.contains($0.name) && $0.name != "recipe.imageTemplate"
    }
  }

  /// A value of a setting, and a run with it; `nil` for settings that only decide about initial weights.
  private typealias Tried = (value: String, run: TriedRun<System>?)

  private func tried(_ setting: Setting<System.Configuration>, _ value: String, in context: Context) throws -> Tried {
    let settings = combined(context, setting.name, value)
    if setting.neededOption == "--from" {
      // Refused where it cannot be, whatever the weights.
      _ = try System.Configuration(settings)
      return (value, nil)
    }
    return (value, try TriedRun(settings, on: data))
  }

  /// The context with a value, less what of the base has no effect beside it.
  private func combined(_ context: Context, _ name: String, _ value: String) -> Context {
    var all = context.merging([name: value]) { $1 }
    let free = all.filter { base[$0.key] == nil || $0.key == name }
    guard (try? System.Configuration(all)) == nil, let configuration = try? System.Configuration(free) else {
      return all
    }
    for setting in settings where base[setting.name] != nil && setting.unmetCondition(in: configuration) != nil {
      all[setting.name] = nil
    }
    return all
  }

  private func areAlike(
    _ one: Tried, _ other: Tried, _ setting: Setting<System.Configuration>, in context: Context
  ) async throws -> Bool {
    if let one = one.run, let other = other.run { return try await TriedRun.areAlike(one, other) }
    let outcomes = try [one, other].map { value in
      try TriedRun<System>.initialWeights(
        context.merging([setting.name: value.value]) { $1 }, weights.files, data)
    }
    return outcomes[0] == outcomes[1]
  }

  /// What is wrong with a setting in a context in which it applies; `nil` if it has the effects it should have.
  func complaint(about setting: Setting<System.Configuration>, in context: Context) async throws -> String? {
    let now = setting.read(try System.Configuration(context))
    let values = TriedValues(setting.domain, now: now)
    var different: [Tried] = [try tried(setting, now, in: context)]
    var seen: [String] = []
    for value in values.values where value != now && (values.areAll || different.count == 1) {
      do {
        let own = try tried(setting, value, in: context)
        var twin: String?
        for other in different where try await areAlike(own, other, setting, in: context) { twin = other.value }
        if let twin, values.areAll, try await differElsewhere(setting, value, twin, than: context) {
          different.append(own)
        } else if let twin {
          seen.append("\(value) does what \(twin) does")
        } else {
          different.append(own)
        }
      } catch {
        seen.append("\(value): \(error)")
      }
    }
    let isEnough = values.areAll ? different.count == values.values.count : different.count == 2
    return isEnough ? nil : "\(setting.name), now \(now): \(seen.joined(separator: "; "))"
  }

  /// Whether two words mean different things with another value of another setting.
  private func differElsewhere(
    _ setting: Setting<System.Configuration>, _ one: String, _ other: String, than context: Context
  ) async throws -> Bool {
    for changed in try variations(of: context, without: setting.name, wordsOnly: false) {
      guard let configuration = try? System.Configuration(changed), setting.unmetCondition(in: configuration) == nil,
        let first = try? tried(setting, one, in: changed), let second = try? tried(setting, other, in: changed)
      else { continue }
      if let alike = try? await areAlike(first, second, setting, in: changed), !alike { return true }
    }
    return false
  }

  /// The context with one other setting changed to each value that it can be tried with.
  private func variations(of context: Context, without name: String, wordsOnly: Bool) throws -> [Context] {
    let configuration = try System.Configuration(context)
    return settings.filter { $0.name != name && $0.neededOption != "--from" }.flatMap { other -> [Context] in
      let values = TriedValues(other.domain, now: other.read(configuration))
      guard values.areAll || !wordsOnly else { return [] }
      return values.values.map { combined(context, other.name, $0) }
    }
  }

  /// A context in which a setting applies: the base with one or two other settings changed.
  func context(for setting: Setting<System.Configuration>) throws -> Context? {
    func applies(_ context: Context) -> Bool {
      guard let configuration = try? System.Configuration(context), setting.unmetCondition(in: configuration) == nil
      else { return false }
      return (try? TriedRun<System>(context, on: data)) != nil
    }
    if applies(base) { return base }
    let once = try variations(of: base, without: setting.name, wordsOnly: false)
    if let found = once.first(where: applies) { return found }
    for context in once where (try? System.Configuration(context)) != nil {
      if let found = try variations(of: context, without: setting.name, wordsOnly: false).first(where: applies) {
        return found
      }
    }
    return nil
  }

  /// What a setting says where it does not apply; empty if one of its values is taken.
  func refusals(of setting: Setting<System.Configuration>) throws -> [String] {
    let values = TriedValues(setting.domain, now: setting.read(try System.Configuration(base))).values
    let sentences = values.compactMap { value -> String? in
      do {
        _ = try System.Configuration(base.merging([setting.name: value]) { $1 })
        return nil
      } catch {
        return "\(error)"
      }
    }
    return sentences.count == values.count ? sentences : []
  }

  /// The fields of stages that are no settings of the system, with contexts in which their stages are there.
  func stageFields() throws -> [(name: String, value: String, context: Context)] {
    var found: [(name: String, value: String, context: Context)] = []
    for context in [base] + (try variations(of: base, without: "", wordsOnly: true)) {
      guard let run = try? TriedRun<System>(context, on: data) else { continue }
      for field in run.stageFields where !found.contains(where: { $0.name == field.name }) {
        found.append((field.name, field.value, context))
      }
    }
    return found
  }

  /// What is wrong with the field of a stage; `nil` if another value of it has an effect.
  func complaint(about field: String, now: String, in context: Context) async throws -> String? {
    let plain = try TriedRun<System>(context, on: data)
    let number = Double(now)
    let values =
      number.map { [$0 * 2, $0 / 2, $0 + 1, 0.5, 0.9, 1, 2, 0].map { now.contains(".") ? "\($0)" : "\(Int($0))" } }
      ?? ["true", "false", "1", "2"]
    var seen: [String] = []
    for value in values where Double(value) != number || value != now {
      do {
        let run = try TriedRun<System>(context.merging([field: value]) { $1 }, on: data)
        if try await !TriedRun.areAlike(plain, run) { return nil }
        seen.append("\(value) does nothing")
      } catch {
        seen.append("\(value): \(error)")
      }
    }
    return "\(field), now \(now): \(seen.joined(separator: "; "))"
  }
}
