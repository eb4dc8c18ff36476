internal import SluiceCheckpoints
internal import SluiceModels

/// The layouts of weights that a CLIP with a head beside it begins with.
enum BIKELayouts {
  /// The parameters of heads.
  static let heads: [String] = [VideoHead.name + ".*", SentenceHead.name + ".*"]

  /// Those of towers alone: a head begins anew.
  static func layouts(of clip: CLIP) -> [KeyMap] {
    clip.layouts.map { $0.appending(heads.map { .fresh($0) }) }
  }

  /// A checkpoint that BIKE's training wrote: towers and head in two dictionaries, names as distributed training has them.
  static func checkpoint(head: String) -> KeyMap {
    KeyMap(
      "bike-checkpoint", "BIKE's checkpoints, towers and head",
      [
        .drop("optimizer_state_dict/*"), .drop("epoch"), .remove("module."),
        .rename("fusion_model_state_dict/*", head + ".*"), .strip("model_state_dict/"),
      ])
  }

  /// The towers of such a checkpoint alone.
  static let towers: KeyMap = KeyMap(
    "bike", "BIKE's visual and text towers", [.take("model_state_dict/"), .remove("module.")])
}
