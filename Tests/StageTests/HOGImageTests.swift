import SluiceTokenize
import TestSupport
import Testing

@Suite struct HOGImageTests {
  @Test func linesAreTheReferences() throws {
    try Golden.each("maskfeat.hog_render") { file, check in
      let shape = try file.shape("input.histogram")
      let image = HOGImage.lines(try file.floats("input.histogram"), rows: shape[0], columns: shape[1])
      try check("output.image", image, shape: [8 * shape[0], 8 * shape[1]])
    }
  }

  @Test func predictedTokensAreDrawnAtTheContrastOfTheRealPicture() {
    var tokens = [Float](repeating: 0, count: 108)
    // Lower left cell, red, direction 4.
    tokens[2 * 27 + 4] = 0.5
    var real = [Float](repeating: 0, count: 4 * 27)
    real[2 * 27 + 3] = 6
    real[2 * 27 + 5] = 8
    let cells = HOGImage.cells(ofTokens: tokens, rows: 1, columns: 1, contrast: real)
    #expect(cells[2 * 9 + 4] == 5)
    #expect(cells.filter { $0 != 0 }.count == 1)
    let bytes = HOGImage.bytes(HOGImage.lines(cells, rows: 2, columns: 2))
    // Direction 4 is a change across columns: the line runs along the middle column of the lower left cell.
    #expect(bytes.enumerated().filter { $0.element > 0 }.allSatisfy { $0.offset / 16 > 8 && $0.offset % 16 < 8 })
    #expect(bytes.max() == 255)
  }
}
