internal import SluicePlatform
public import SluiceTraining

/// The systems that `sluice train`, `graph` and `profile` know by name.
public enum Systems {
  /// All of them, in the order of `--help`.
  public static let all: [any TrainingSystem.Type] = [
    MaskFeat.self, MaskFeatFineTuning.self, TimeSformerTraining.self, ViViTTraining.self, VideoMAEPretraining.self,
    VideoMAEFineTuning.self, BEVTImagePretraining.self, BEVTPretraining.self, BEVTFineTuning.self,
    SimVTPPretraining.self, SimVTPFineTuning.self, BIKETraining.self, AttributesTraining.self,
  ]

  /// The system called `name`.
  /// - Throws: ``RunError`` that names the nearest.
  public static func named(_ name: String) throws(RunError) -> any TrainingSystem.Type {
    if let system = all.first(where: { $0.name == name }) { return system }
    let names = all.map { $0.name }
    let hint = didYouMean(name, among: names)
    throw RunError(
      .configuration, "no pipeline is called “\(name)”.\(hint) There are: \(names.joined(separator: ", ")).")
  }
}
