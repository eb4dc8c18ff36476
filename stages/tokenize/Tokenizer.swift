public import SluiceSamples

/// What turns frames into words of a vocabulary, one for each cell: frozen, and never trained by accident.
///
/// ```swift
/// let tokenizer: any Tokenizer = try DVAETokenizer(opening: "encoder.pkl")
/// TokenTarget(tokenizer)
/// ```
public protocol Tokenizer: Sendable {
  /// Words are numbers in `0 ..< vocabularySize`.
  var vocabularySize: Int { get }
  /// Pixels of a cell's side in the frames that it reads.
  var tokenSize: Int { get }
  /// What tells it from others: a run that was begun with one is not continued with another.
  var identity: String { get }
  /// Numbers that it is made of; 0 unless it says more.
  var parameterCount: Int { get }

  /// The word of each cell of 8-bit frames, row-major `[T, height / tokenSize, width / tokenSize]`; the same each time.
  /// - Throws: an error that says why these frames have none.
  func tokens(of frames: PixelClip) throws -> [Int]
}

extension Tokenizer {
  public var parameterCount: Int { 0 }
}
