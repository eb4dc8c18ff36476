import SluiceFlow
import SluiceLoss
import SluiceSamples
import SluiceTensor
import SluiceTokenize
import SluiceTraining
import Testing

/// Values of hidden cells frame by frame, as a network of clips and images predicts them.
@Suite struct CellTargetTests {
  private let side = 16
  private let rows = 2
  private let columns = 3

  /// A clip of noise with a mask of some time steps.
  private func sample(frames: Int, steps: Int, hidden: Set<Int>) -> MaskedClip {
    let (height, width) = (side * rows, side * columns)
    let pixels = PixelClip(
      frameCount: frames, height: height, width: width, bytes: noise(frames * height * width * 3, seed: 4))
    let values = (0..<steps * rows * columns).map { UInt8(hidden.contains($0) ? 1 : 0) }
    return MaskedClip(
      clip: Clip(pixels: pixels, values: .zeros([3, frames, height, width])),
      mask: TokenMask(steps: steps, rows: rows, columns: columns, values: values))
  }

  private func target(_ content: CellTarget.Content, _ masked: MaskedClip) throws -> CellTargets {
    let stage = CellTarget(content, cellSize: side)
    var worker = stage.makeWorker()
    let sample = try stage(masked, worker: &worker, context: .sample(0))
    #expect(sample.masked.mask == masked.mask, "the network sees the mask as it is")
    #expect(sample.target.values.values.shape[1] == stage.width)
    return sample.target
  }

  /// One frame of a clip as an image of its own.
  private func frame(_ number: Int, of clip: Clip) -> PixelClip {
    let size = clip.pixels.height * clip.pixels.width * 3
    return PixelClip(
      frameCount: 1, height: clip.pixels.height, width: clip.pixels.width,
      bytes: Array(clip.pixels.bytes[number * size..<(number + 1) * size]))
  }

  @Test(arguments: [CellTarget.Content.pixels, .hog(.central), .hog(.sobel)])
  func eachFrameOfAHiddenCellIsWhatTheFrameAloneWouldBe(_ content: CellTarget.Content) throws {
    let masked = sample(frames: 4, steps: 2, hidden: [1, 8, 11])
    let own = try target(content, masked)
    #expect(own.cellCount == 24)
    #expect(own.values.cells == [1, 7, 14, 17, 20, 23])
    for (index, cell) in own.values.cells.enumerated() {
      let (number, inside) = cell.quotientAndRemainder(dividingBy: 6)
      let image = MaskedClip(
        clip: Clip(pixels: frame(number, of: masked.clip), values: .zeros([3, 1, side * rows, side * columns])),
        mask: TokenMask(steps: 1, rows: rows, columns: columns, values: (0..<6).map { $0 == inside ? 1 : 0 }))
      let alone = try target(content, image)
      #expect(alone.values.cells == [inside])
      #expect(own.values.values.slice(index..<index + 1, axis: 0).floats == alone.values.values.floats)
    }
  }

  @Test func pixelsAndHistogramsAreThoseOfTheOtherObjectives() throws {
    let masked = sample(frames: 1, steps: 1, hidden: [0, 4])
    let pixels = try PixelTarget(tubeletSize: 1, patchSize: side)(masked, context: .sample(0)).target
    #expect(try target(.pixels, masked).values.values.floats == pixels.values.floats)
    let stage = HOGTarget(.central, frames: .firstOfSteps, patchSize: side)
    var worker = stage.makeWorker()
    let hog = try stage(masked, worker: &worker, context: .sample(0)).target
    let rows = hog.values.reshaped(6, 108).rows(at: [0, 4])
    #expect(try target(.hog(.central), masked).values.values.floats == rows.floats)
  }

  @Test func samplesOfABatchAreCountedOn() throws {
    let one = try target(.pixels, sample(frames: 2, steps: 1, hidden: [2]))
    let joined = CellValues(joining: [one, one])
    #expect(joined.cells == [2, 8, 14, 20] && joined.values.shape == [4, 768])
  }

  @Test func aClipWithoutItsCropOrOfAnotherGridIsRefused() {
    let whole = sample(frames: 4, steps: 2, hidden: [1])
    let none = MaskedClip(
      clip: Clip(pixels: PixelClip(frameCount: 0, height: 32, width: 48, bytes: []), values: whole.clip.values),
      mask: whole.mask)
    #expect(throws: TargetError.noPixels) { try target(.pixels, none) }
    let odd = sample(frames: 3, steps: 2, hidden: [1])
    #expect(throws: TargetError.grid(mask: [2, 2, 3], clip: [3, 3, 32, 48])) { try target(.pixels, odd) }
  }

  @Test func theLossIsTheMeanOverTheHiddenCellsOfEachStream() throws {
    func batch(_ values: [Float]) -> MaskedBatch<CellValues> {
      MaskedBatch(
        clips: .zeros([1, 3, 1, 8, 8]), hidden: [1, 1], grid: TokenGrid(steps: 1, rows: 1, columns: 2),
        targets: CellValues(cells: [0, 1], values: Tensor(values, shape: [2, 2])))
    }
    let output = TwoStreams<Tensor>(
      clips: Tensor([1, 2, 3, 4], shape: [2, 2]), images: Tensor([0, 0, 0, 0], shape: [2, 2]))
    let terms = try CellRegression().loss(
      of: output, for: TwoStreams(clips: batch([1, 2, 3, 8]), images: batch([1, 1, 1, 1]))
    ).terms
    #expect(terms.map(\.name) == ["loss_3d", "loss_2d"] && terms.map { $0.value.scalar } == [4, 1])
    let alone = try CellRegression().loss(
      of: TwoStreams(clips: output.clips, images: nil), for: TwoStreams(clips: batch([1, 2, 3, 8]), images: nil))
    #expect(alone.terms.map(\.name) == ["loss_3d"])
    let narrow = TwoStreams<Tensor>(clips: .zeros([2, 1]), images: nil)
    #expect(throws: ShapeError.self) {
      try CellRegression().loss(of: narrow, for: TwoStreams(clips: batch([1, 2, 3, 8]), images: nil))
    }
  }
}
