internal import SluicePlatform

/// The names of a set's classes against those of a list that is to be stored in it.
enum ClassNames {
  /// The names that the set has from now on: the list's, where it has some.
  /// - Throws: ``ShardError`` with the first name that has another number in the set.
  static func merged(_ stored: [String?], _ listed: [String?], path: String) throws(ShardError) -> [String?] {
    guard !listed.isEmpty, !stored.isEmpty else { return listed.isEmpty ? stored : listed }
    var numbers: [ExactText: Int] = [:]
    for (number, name) in stored.enumerated() { if let name { numbers[ExactText(name)] = number } }
    for (number, name) in listed.enumerated() {
      guard let name, let known = numbers[ExactText(name)], known != number else { continue }
      throw ShardError(
        .refused,
        "its shards number the classes in another way: “\(name)” is \(known) there, \(number) in the list's classes. Use "
          + "the same classes, or another directory.", file: path)
    }
    return listed.count < stored.count ? listed + stored[listed.count...] : listed
  }

  /// How many names are others, or new.
  static func corrections(_ stored: [String?], _ merged: [String?]) -> Int {
    merged.indices.count { number in
      let before = stored.indices.contains(number) ? stored[number] : nil
      return merged[number].map(ExactText.init) != before.map(ExactText.init)
    }
  }
}
