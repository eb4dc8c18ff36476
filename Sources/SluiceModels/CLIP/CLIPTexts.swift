public import SluiceTensor

/// What a text tower makes of texts, before any normalization.
public struct CLIPTexts: Sendable {
  /// A feature of each text, `[A, E]`: that of its end.
  public let sentences: Tensor
  /// Features of all tokens of each text, `[A, L, E]`, those behind its end among them.
  public let tokens: Tensor

  public init(sentences: Tensor, tokens: Tensor) {
    self.sentences = sentences
    self.tokens = tokens
  }
}
