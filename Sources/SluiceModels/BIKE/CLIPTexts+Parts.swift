package import SluiceTensor

extension CLIPTexts {
  /// Texts there are.
  package var count: Int { sentences.shape[0] }

  /// Some of the texts, in the order asked; one may be asked for several times.
  package func texts(at indices: [Int]) -> CLIPTexts {
    CLIPTexts(sentences: sentences.rows(at: indices), tokens: tokens.rows(at: indices))
  }

  /// The texts of several behind one another.
  /// - Precondition: at least one.
  package static func joined(_ parts: [CLIPTexts]) -> CLIPTexts {
    guard parts.count != 1 else { return parts[0] }
    return CLIPTexts(
      sentences: .concatenated(parts.map(\.sentences), axis: 0), tokens: .concatenated(parts.map(\.tokens), axis: 0))
  }

  /// Both features as one tensor, `[A, W + 1, D]`, the sentence's behind the tokens'.
  package var together: Tensor {
    .concatenated([tokens, sentences.reshaped(sentences.shape[0], 1, sentences.shape[1])], axis: 1)
  }

  /// The texts of ``together``.
  package init(together: Tensor) {
    let (count, words, width) = (together.shape[0], together.shape[1] - 1, together.shape[2])
    self.init(
      sentences: together.slice(words..<words + 1, axis: 1).reshaped(count, width),
      tokens: together.slice(0..<words, axis: 1))
  }
}
