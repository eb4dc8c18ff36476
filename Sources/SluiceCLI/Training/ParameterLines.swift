internal import SluicePlatform
internal import SluiceTraining

/// How many numbers a run trains, and how many its frozen networks have, in lines.
struct ParameterLines {
  let lines: [String]

  init(of prepared: PreparedRun) {
    let parameters = prepared.trainable.parameters
    lines =
      ["parameters     \(parameters.elementCount)", "in tensors     \(parameters.declarations.count)"]
      + prepared.frozenParameters.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { name, count in
        "\(name)\(String(repeating: " ", count: max(1, 15 - name.count)))\(count), not trained"
      }
  }

  func print() { for line in lines { Console.print(line) } }
}
