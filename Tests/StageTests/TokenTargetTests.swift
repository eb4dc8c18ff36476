import SluiceFlow
import SluicePlatform
import SluiceSamples
import SluiceTensor
import SluiceTokenize
import Testing

/// Words of the hidden cells, and of no others.
@Suite struct TokenTargetTests {
  /// The red of a cell's first pixel is its word.
  private final class Reds: Tokenizer {
    let vocabularySize = 256
    let tokenSize = 2
    let identity = "reds"
    private let count = Lock(0)

    /// Frames that were asked for.
    var frameCount: Int { count.withLock { $0 } }

    func tokens(of frames: PixelClip) -> [Int] {
      count.withLock { $0 += frames.frameCount }
      return (0..<frames.frameCount).flatMap { frame in
        (0..<frames.height / 2).flatMap { row in
          (0..<frames.width / 2).map { column in
            Int(frames.bytes[3 * ((frame * frames.height + 2 * row) * frames.width + 2 * column)])
          }
        }
      }
    }
  }

  /// Four frames of 4×6 pixels whose reds count the pixels, and a mask of two time steps of 2×3 cells.
  private func sample(_ mask: [UInt8], frames: Int = 4) -> MaskedClip {
    let bytes: [UInt8] = (0..<frames * 24).flatMap { [UInt8($0), 0, 0] as [UInt8] }
    let pixels = PixelClip(frameCount: frames, height: 4, width: 6, bytes: bytes)
    return MaskedClip(
      clip: Clip(pixels: pixels, values: .zeros([3, 4, 8, 12])),
      mask: TokenMask(steps: 2, rows: 2, columns: 3, values: mask))
  }

  @Test func eachFrameOfAHiddenCellHasItsOwnWord() throws {
    let tokenizer = Reds()
    let target = TokenTarget(tokenizer)
    let mask: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1]
    let first = try target(sample(mask), context: .sample(0)).target
    #expect(first.cellCount == 24 && first.tokens.cells == [13, 17, 19, 23])
    // Frames 2 and 3; cells in row 0, column 1 and in row 1, column 2.
    #expect(first.tokens.words == [48 + 2, 48 + 16, 72 + 2, 72 + 16])
    #expect(tokenizer.frameCount == 2, "frames without hidden cells are not read")
    let joined = VisualTokens(joining: [first, first])
    #expect(
      joined.cells == [13, 17, 19, 23, 37, 41, 43, 47] && joined.words == first.tokens.words + first.tokens.words)
  }

  @Test func nothingHiddenHasNoWords() throws {
    let target = try TokenTarget(Reds())(sample([UInt8](repeating: 0, count: 12)), context: .sample(0)).target
    #expect(target.tokens == VisualTokens(cells: [], words: []) && target.cellCount == 24)
  }

  @Test func aViewThatDoesNotFitTheMaskIsRefused() {
    let target = TokenTarget(Reds())
    #expect(throws: TargetError.tokenGrid(mask: [2, 2, 3], tokens: [3, 2, 3])) {
      try target(sample([UInt8](repeating: 1, count: 12), frames: 3), context: .sample(0))
    }
    #expect(
      TargetError.tokenGrid(mask: [2, 2, 3], tokens: [3, 2, 3]).description
        == "a mask of [2, 2, 3] cells does not fit the clip's tokens, [3, 2, 3]. Choose a frame size at which there is a "
        + "token for each cell of the mask")
    let none = MaskedClip(
      clip: Clip(pixels: PixelClip(frameCount: 0, height: 4, width: 6, bytes: []), values: .zeros([3, 4, 8, 12])),
      mask: TokenMask(steps: 2, rows: 2, columns: 3, values: [UInt8](repeating: 1, count: 12)))
    #expect(throws: TargetError.noPixels) { try target(none, context: .sample(0)) }
  }
}
