internal import ArgumentParser
internal import SluiceTraining

/// What evaluations by the names of classes can be asked for besides.
struct ClassNameArguments: ParsableArguments {
  @Option(
    name: .customLong("protocol"),
    help: ArgumentHelp(
      """
      How bike is measured, as published: general (top-1, top-5), activitynet (top-1, top-3, mAP), charades (map and \
      map_running), zero-shot (other classes, with halves of them), or k600 (several lists, mean ± deviation); without it as \
      between epochs.
      """, valueName: "name"), transform: word)
  var way: EvaluationProtocol?

  @Flag(help: "Takes frames of windows of 128 frames, and not of the whole video, for bike.")
  var dense = false

  var options: Set<EvaluationOption> {
    var options: Set<EvaluationOption> = []
    if way != nil { options.insert(.protocol) }
    if dense { options.insert(.dense) }
    return options
  }

  /// Whether videos are seen as in the published tests.
  var isTest: Bool { way != nil || dense }
}
