package import SluiceCheckpoints
package import SluiceDatasets
internal import SluiceNN
internal import SluicePlatform

/// How the rows of a head are found for other classes, or the same in another order: by the names of the classes.
struct HeadMatching {
  /// For each class that has a name, or comes before one, the row of the checkpoint; `nil` for one that it does not know.
  let rows: [Int?]
  /// Why no row could be matched, where only one side has names.
  let reason: String?

  /// - Returns: `nil` where neither side has names: rows are taken by their numbers then.
  init?(of stored: ClassMap, to own: ClassMap) {
    guard !stored.isEmpty || !own.isEmpty else { return nil }
    guard !stored.isEmpty, !own.isEmpty else {
      rows = []
      reason =
        stored.isEmpty
        ? "the classes of the checkpoint have no names, those of the data have"
        : "the classes of the checkpoint have names, those of the data have none: --classes says which they are"
      return
    }
    let numbers = Dictionary(
      stored.orderedNames.enumerated().compactMap { number, name in name.map { (ExactText($0), number) } },
      uniquingKeysWith: { first, _ in first })
    rows = own.orderedNames.map { name in name.flatMap { numbers[ExactText($0)] } }
    reason = nil
  }
}

extension SavedCheckpoint {
  /// The classes that its model knows by name.
  package var classes: ClassMap {
    ClassMap(
      numbers: (configuration["classes"].object ?? [:]).compactMapValues(\.int),
      firstNumber: configuration["firstClassNumber"].int ?? 0)
  }
}
