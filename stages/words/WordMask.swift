public import SluiceFlow
package import SluicePlatform
public import SluiceText

/// Hides words of a text: each becomes `[MASK]`, and is to be predicted.
///
/// Stands behind ``Words``, with its vocabulary: `TextSample` becomes `MaskedTextSample`.
///
/// `[CLS]`, `[SEP]`, `[PAD]`, `[MASK]` and `[UNK]` are never hidden, so that a short text may keep all its words. A hidden
/// word is always `[MASK]`, and never another word or itself.
/// - Source: Ma et al., "SimVTP: simple video text pre-training with masked autoencoders", 2022; its released code.
public struct WordMask<Sample: Sendable>: Stage, ByteBounded {
  public let vocabulary: Vocabulary
  /// The probability that a word is hidden, in 0…1.
  public var ratio: Double
  /// Whether the same share of each text's words is hidden, rounded to whole words, and not each word by a draw of its own.
  public var isExact: Bool

  public init(_ vocabulary: Vocabulary, ratio: Double = 0.75, isExact: Bool = false) {
    self.vocabulary = vocabulary
    self.ratio = ratio
    self.isExact = isExact
  }

  /// As large as what ``Words`` counts for both.
  public func outputSize(of input: ElementSize) -> ElementSize { input }

  public func callAsFunction(_ text: TextSample<Sample>, context: ElementContext) -> MaskedTextSample<Sample> {
    var draws = context.random()
    let hidden = hiddenPositions(of: text.ids, draws: &draws)
    var ids = text.ids
    for position in hidden { ids[position] = vocabulary.mask }
    return MaskedTextSample(text.sample, ids: ids, hidden: hidden, words: hidden.map { text.ids[$0] })
  }

  /// The positions of the words to be hidden, ascending.
  ///
  /// There is a draw for each position, whether it can be hidden or not, unless the share is exact.
  package func hiddenPositions(of ids: [Int], draws: inout some RandomDraws) -> [Int] {
    guard isExact else {
      return ids.indices.filter { position in
        let draw = draws.uniform(0, 1)
        return draw < ratio && !vocabulary.isSpecial(ids[position])
      }
    }
    let words = ids.indices.filter { !vocabulary.isSpecial(ids[$0]) }
    let count = Int((ratio * Double(words.count)).rounded())
    return draws.shuffled(words).prefix(count).sorted()
  }
}
