public import ArgumentParser
public import SluiceCheckpoints
internal import SluiceModels
internal import SluicePlatform

extension WeightsChoice: ExpressibleByArgument {}

/// Which tensors of a weight file are meant, and under which names.
struct LayoutOptions: ParsableArguments {
  @Option(
    name: .customLong("map"),
    help: ArgumentHelp(
      "The layout of the file's names, as sluice weights layouts lists them; names as they are if not given.",
      valueName: "layout"))
  var name: String?

  @Option(
    help: ArgumentHelp(
      "A weight file or checkpoint of the model that the tensors are for: finds the layout, and fits shapes to it.",
      valueName: "file"))
  var like: String?

  @Option(name: .customLong("weights"), help: "The copy that is read where there are several: raw or ema.")
  var choice: WeightsChoice = .raw

  func validate() throws { _ = try layout() }

  /// The file's tensors under the names of the layout, and which it is.
  func open(_ path: String, leavingOut patterns: [String] = []) throws -> (source: any TensorSource, layout: String?) {
    let weights = try PublishedWeights(opening: path, choice: choice).leavingOut(patterns)
    let layout = try layout()
    if let like {
      let (found, source) = try weights.mapped(by: layout.map { [$0] } ?? KeyMap.all, like: try openWeights(like))
      return (source, found.name)
    }
    return try layout.map { (try weights.mapped(by: $0), $0.name) } ?? (try weights.tensors(), nil)
  }

  private func layout() throws -> KeyMap? {
    guard let name else { return nil }
    if let map = KeyMap.named(name) { return map }
    let nearest = nearestName(to: name, among: KeyMap.all.map(\.name)).map { "; the nearest is \($0)" } ?? ""
    throw ValidationError("There is no layout \(name)\(nearest). Known are those of sluice weights layouts.")
  }
}
