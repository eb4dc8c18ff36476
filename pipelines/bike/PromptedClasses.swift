internal import SluiceDatasets
internal import SluiceSamples
internal import SluiceText
internal import SluiceTraining

/// Makes sentences of names, and tokens of sentences: for classes, for attributes, for any words.
struct Prompter: Sendable {
  let merges: Merges
  /// Tokens of a sentence, those it is filled up with included.
  let length: Int
  private let encoder: BytePair

  /// - Parameter length: positions of the text tower.
  init(_ merges: Merges, length: Int) {
    (self.merges, self.length) = (merges, length)
    encoder = BytePair(merges)
  }

  /// The sentence about a class, as BIKE has it for all of them.
  static func sentence(about name: String) -> String { AttributesFile.beginning + name }

  /// The prompts of some classes.
  /// - Throws: ``VocabularyError`` that names the first whose sentence has more tokens than the tower reads.
  func prompts(of names: [String]) throws -> ClassPrompts {
    ClassPrompts(
      names: names, ids: try names.flatMap { try encoder.sequence(of: Self.sentence(about: $0), length: length) })
  }

  /// The tokens of a sentence about a video; what is too long is cut off.
  func tokens(of sentence: String) throws -> [Int32] {
    try encoder.sequence(of: sentence, length: length, truncates: true)
  }

  /// The tokens of a phrase's sentence.
  /// - Throws: ``VocabularyError`` if it has more than the tower reads.
  func strictTokens(of sentence: String) throws -> [Int32] { try encoder.sequence(of: sentence, length: length) }

  /// - Throws: ``RunError`` if the text tower has not as many words as the merges make.
  func requireVocabulary(_ size: Int, of tower: String) throws(RunError) {
    guard merges.vocabularySize != size else { return }
    throw RunError(
      .configuration,
      "\(merges.origin) makes \(merges.vocabularySize) tokens, and the text tower of \(tower) has \(size). Name the merges that "
        + "it was trained with by --merges.")
  }
}

extension ClassSpace {
  /// The names of all classes, and the classes by them.
  ///
  /// Where only numbers are known these stand for names, so that a run knows its classes.
  /// - Throws: ``RunError`` if some classes have names and one has none.
  func named(_ origin: String) throws -> (names: [String], map: ClassMap, note: String?) {
    guard !map.isEmpty else {
      let names = (0..<max(count, 1)).map { "\($0)" }
      let note =
        count == 0
        ? nil
        : "the \(count) classes of \(origin) have no names, so that prompts are made of their numbers. Name them by --classes."
      return (names, try ClassMap(names: names), note)
    }
    let known = map.orderedNames
    if let number = known.firstIndex(of: nil) {
      throw RunError(
        .data,
        "\(self.origin): class \(number) has no name, and a prompt is made of each. Name all \(known.count) of them.")
    }
    return (known.compactMap(\.self), map, nil)
  }
}
