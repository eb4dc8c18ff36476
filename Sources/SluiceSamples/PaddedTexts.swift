/// The token ids of the texts of a batch, filled up to one width.
public struct PaddedTexts: Sendable, Equatable {
  /// Row-major `[B, S]`.
  public let ids: [Int32]
  /// Tokens of each text without padding, `[CLS]` and `[SEP]` included: 2 or more.
  public let lengths: [Int]
  /// `S`, the tokens of a row.
  public let width: Int

  /// - Parameters:
  ///   - texts: ids of each text, `[CLS] … [SEP]`.
  ///   - padding: the id that rows are filled up with.
  ///   - width: tokens of a row; those of the longest text if `nil`.
  /// - Precondition: texts have 2 tokens or more, and none is longer than `width`; ids are in 0 ..< 2³¹.
  public init(padding texts: [[Int]], with padding: Int, to width: Int? = nil) {
    let longest = texts.map(\.count).max() ?? 0
    precondition(texts.allSatisfy { $0.count >= 2 }, "a text without [CLS] and [SEP]")
    precondition(width ?? longest >= longest, "a text of \(longest) tokens in rows of \(width ?? longest)")
    self.width = width ?? longest
    lengths = texts.map(\.count)
    var ids: [Int32] = []
    ids.reserveCapacity(texts.count * self.width)
    for text in texts {
      ids += text.map { Int32($0) }
      ids += repeatElement(Int32(padding), count: self.width - text.count)
    }
    self.ids = ids
  }

  /// Texts of the batch.
  public var count: Int { lengths.count }

  /// Whether a row is longer than its text.
  public var hasPadding: Bool { lengths.contains { $0 < width } }
}
