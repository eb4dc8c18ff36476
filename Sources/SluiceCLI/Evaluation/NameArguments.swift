internal import ArgumentParser

/// What videos may show, in words.
struct NameArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What videos may show, with commas between, for a run that compares videos with texts (default: the classes of its "
        + "training).", valueName: "a, b, c"),
    transform: NameArguments.list)
  var names: [String]?

  /// Reads names with commas between.
  /// - Throws: `ValidationError` for a name that is empty, or there twice.
  static func list(_ text: String) throws -> [String] {
    var names: [String] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let name = String(part.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
      guard !name.isEmpty else {
        throw ValidationError("--names \(text): a name is empty. Write them as in “left, right”.")
      }
      guard !names.contains(name) else { throw ValidationError("--names \(text): “\(name)” is there twice.") }
      names.append(name)
    }
    return names
  }
}
