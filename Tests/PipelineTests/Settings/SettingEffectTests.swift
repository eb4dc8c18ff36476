import SluiceFlow
import SluicePipelines
import SluiceTraining
import TestSupport
import Testing

/// No option is without effect: each setting of each system changes what a run comes to where its declaration says that
/// it applies, and is refused everywhere else.
@Suite struct SettingEffectTests {
  @Test(.disabled(if: isSanitized, "it takes minutes without one"), arguments: TinySystem.tried)
  func everySettingChangesWhatARunComesTo(system: TinySystem) async throws {
    try await tryAll(system.type, system.base)
  }

  private func tryAll<System: TrainingSystem>(_ type: System.Type, _ base: [String: String]) async throws {
    let trial = try SettingTrial(type, base)
    for setting in trial.settings {
      guard let context = try trial.context(for: setting) else {
        Issue.record("\(System.name): \(setting.name) applies nowhere")
        continue
      }
      let complaint = try await trial.complaint(about: setting, in: context)
      #expect(complaint == nil, "\(System.name)")
      if let condition = setting.unmetCondition(in: try System.Configuration(base)) {
        let refusals = try trial.refusals(of: setting)
        #expect(
          refusals.contains { $0.contains("it counts only where \(condition). Leave it out, or change that.") },
          "\(System.name): \(setting.name): \(refusals)")
      }
    }
    for (name, value, context) in try trial.stageFields() {
      let complaint = try await trial.complaint(about: name, now: value, in: context)
      #expect(complaint == nil, "\(System.name)")
    }
  }

  /// Presets differ in what they bring: no two of them are one.
  @Test(arguments: TinySystem.all) func everyPresetIsOneOfItsOwn(system: TinySystem) throws {
    try tryPresets(system.type)
  }

  private func tryPresets<System: TrainingSystem>(_ type: System.Type) throws {
    for setting in System.Configuration.settings where System.Configuration.presets.contains(setting.name) {
      guard case .words(let words) = setting.domain else {
        Issue.record("\(System.name): \(setting.name) is none of a few words")
        continue
      }
      let values = try words.map { word in
        var request = RunRequest()
        request.settings = [setting.name: word]
        let system = try System(request)
        var values = system.configuration.values.filter { $0.key != setting.name }
        values["epochs"] = "\(system.defaultEpochs)"
        return values
      }
      #expect(words.count > 1 && Set(values).count == words.count, "\(System.name): \(setting.name)")
    }
  }
}
