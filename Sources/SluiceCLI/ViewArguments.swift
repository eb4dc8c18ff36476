internal import ArgumentParser
internal import SluiceBench
internal import SluicePipelines
internal import SluicePlatform
internal import SluiceShards

/// Which views of clips are drawn when their shards are written.
struct ViewArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp("Draw this many views of each clip, of which tokens can be made once.", valueName: "count"),
    in: NumberRange(1...1000))
  var tokenViews: Int?

  @Option(
    help: ArgumentHelp(
      "The pre-training whose views are drawn: bevt (the default), bevt-image, maskfeat or videomae.",
      valueName: "pipeline")
  )
  var viewsFor: String?

  @Option(help: "The key of what is drawn (default: 0).", in: .seed)
  var seed: UInt64?

  @OptionGroup
  var settings: SettingArguments

  mutating func validate() throws {
    guard tokenViews == nil else { return }
    let given = [
      ("--views-for", viewsFor != nil), ("--seed", seed != nil), ("--set", !settings.settings.isEmpty),
    ]
    guard let (option, _) = given.first(where: \.1) else { return }
    throw ValidationError(
      "\(option) is about views, and none are drawn. Leave it out, or say how many by --token-views.")
  }

  /// What draws views; `nil` if none are wanted.
  /// - Throws: an error that says what of the settings cannot be.
  func recipe() throws -> ViewRecipe? {
    guard tokenViews != nil else { return nil }
    return try Systems.viewRecipe(of: viewsFor ?? "bevt", settings: settings.assignments)
  }

  /// Draws views of the clips of a set, and says what became of them.
  func draw(by recipe: ViewRecipe?, in directory: String) throws {
    guard let tokenViews, let recipe else { return }
    let drawing = try ViewTable.draw(tokenViews, of: ShardSet(directory), by: recipe, seed: seed ?? 0)
    for (path, reason) in drawing.unseen.prefix(20) { Console.note("\(path): no view can be drawn: \(reason)") }
    let more = drawing.unseen.count - 20
    if more > 0 { Console.note("and \(more) more.") }
    let table = drawing.table
    Console.note(
      "\(table.path): \(table.count) views of \(table.clipCount - drawing.unseen.count) clips for \(table.facts.system), "
        + "\(table.facts.frameCount) frames of \(table.facts.side) pixels, \(table.identity.prefix(16))"
        + (drawing.isUnchanged ? "; they were there already." : "."))
    let tokens = TokenTable.path(in: directory)
    guard FileKind(at: tokens) != nil else { return }
    if let count = drawing.tokenCount {
      guard count < table.count else { return }
      Console.note(
        "note: \(tokens) has tokens of \(count) of them; `sluice shards tokens \(directory)` makes the others, or takes them "
          + "in.")
    } else if !drawing.isUnchanged {
      Console.note("note: \(tokens) has tokens of other views; make them anew by `sluice shards tokens \(directory)`.")
    }
  }
}
