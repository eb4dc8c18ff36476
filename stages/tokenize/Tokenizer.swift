public import SluiceSamples

/// Where the words of a clip's cells come from: a tokenizer that reads its frames, or tokens that were stored.
///
/// All that a pipeline, an objective and a network need to know of either.
public protocol TokenSource: Sendable {
  /// Words are numbers in `0 ..< vocabularySize`.
  var vocabularySize: Int { get }
  /// What tells it from others: a run that was begun with one is not continued with another.
  var identity: String { get }
  /// Numbers of the network that makes the words while others are trained; 0 unless it says more.
  var parameterCount: Int { get }

  /// The frames, rows and columns of cells that a clip has words for.
  /// - Throws: an error that says why it has none.
  func grid(of clip: Clip) throws -> TokenGrid
  /// The words of some frames of a clip, row-major `[frames, rows, columns]`; the same each time.
  /// - Parameter frames: numbers inside the grid.
  /// - Throws: an error that says why these frames have none.
  func words(of clip: Clip, frames: [Int]) throws -> [Int]
}

/// What turns frames into words of a vocabulary, one for each cell: frozen, and never trained by accident.
///
/// ```swift
/// let tokenizer: any Tokenizer = try DVAETokenizer(opening: "encoder.pkl")
/// TokenTarget(tokenizer)
/// ```
public protocol Tokenizer: TokenSource {
  /// Pixels of a cell's side in the frames that it reads.
  var tokenSize: Int { get }

  /// The word of each cell of 8-bit frames, row-major `[T, height / tokenSize, width / tokenSize]`; the same each time.
  /// - Throws: an error that says why these frames have none.
  func tokens(of frames: PixelClip) throws -> [Int]
}

extension TokenSource {
  public var parameterCount: Int { 0 }
}

extension Tokenizer {
  /// The cells of the clip's 8-bit frames.
  /// - Throws: ``TargetError`` if they were not kept.
  public func grid(of clip: Clip) throws(TargetError) -> TokenGrid {
    let pixels = clip.pixels
    guard pixels.frameCount > 0 else { throw .noPixels }
    return TokenGrid(
      steps: pixels.frameCount, rows: pixels.height / tokenSize, columns: pixels.width / tokenSize)
  }

  public func words(of clip: Clip, frames: [Int]) throws -> [Int] {
    let pixels = clip.pixels
    // Nearly always all are wanted.
    return try tokens(of: frames.elementsEqual(0..<pixels.frameCount) ? pixels : pixels.frames(frames))
  }
}
