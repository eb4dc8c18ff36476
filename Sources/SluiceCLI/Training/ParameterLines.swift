internal import SluicePlatform
internal import SluiceTraining

/// How many numbers a run trains, how many its frozen networks have, and what hiding tokens saves, in lines.
struct ParameterLines {
  let lines: [String]

  init(of prepared: PreparedRun) {
    let parameters = prepared.trainable.parameters
    lines =
      ["parameters     \(parameters.elementCount)", "in tensors     \(parameters.declarations.count)"]
      + prepared.frozenParameters.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { name, count in
        Self.line(name, "\(count), not trained")
      }
      + prepared.hidingCosts.map { hiding in
        let bytes = hiding.cost.keptValues * (prepared.precision == .float32 ? 4 : 2)
        let hidden = hiding.share > 0 ? hiding.share.wholePercentText : "none"
        return Self.line(
          "hiding \(hidden)",
          "\((hiding.cost.operations / 1e9).threeDigits) GFLOP forward a batch, \((bytes / 1e6).threeDigits) MB kept for "
            + "gradients at least")
      }
  }

  /// Names stand in a column.
  private static func line(_ name: String, _ text: String) -> String {
    name + String(repeating: " ", count: max(1, 15 - name.count)) + text
  }

  func print() { for line in lines { Console.print(line) } }
}
