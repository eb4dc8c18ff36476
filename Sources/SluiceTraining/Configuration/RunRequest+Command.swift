internal import SluiceReport
internal import SluiceTensor

extension RunRequest {
  /// The command line that asks for the same run of a system.
  package func command(_ system: any TrainingSystem.Type, out: String) -> String {
    var words = ["./sluice", "train", system.name]
    func add(_ option: String, _ value: (some CustomStringConvertible)?) {
      if let value { words += ["--" + option, "\(value)"] }
    }
    for list in data { add("data", list) }
    for list in images { add("images", list) }
    add("tokenizer", tokenizer)
    add("vocab", vocabulary)
    add("clip", clip)
    add("merges", merges)
    add("attributes", attributes)
    add("val-attributes", validationAttributes)
    for list in validation ?? [] { add("val", list) }
    add("val-every", validateEvery)
    add("root", root)
    add("format", format)
    add("only", only)
    add("path-template", pathTemplate)
    add("image-template", imageTemplate)
    add("list-fps", listRate)
    add("classes", classes)
    for path in weightPaths { add("from", path) }
    for (option, value) in weights.words { words += ["--" + option] + (value.map { [$0] } ?? []) }
    for (name, value) in settings.sorted(by: { $0.key < $1.key }) { add("set", "\(name)=\(value)") }
    add("epochs", epochs)
    add("steps", steps)
    add("seed", seed)
    add("max-failures", maxFailures)
    add("threads", threads)
    add("precision", precision?.shortName)
    add("checkpoint-every", checkpointEvery)
    add("keep", keep)
    add("out", out)
    return Command(words: words).text
  }
}
