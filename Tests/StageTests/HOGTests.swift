import SluiceKernels
import SluiceSamples
import SluiceTokenize
import SluiceTraining
import TestSupport
import Testing

@Suite struct HOGTests {
  private func cells(_ picture: [UInt8], width: Int, height: Int) -> (cells: [Float], histogram: [Float]) {
    let count = (height / 8) * (width / 8) * HOG.valuesPerCell
    var (cells, histogram) = ([Float](repeating: -1, count: count), [Float](repeating: -1, count: count))
    var scratch: [Float] = []
    var cellSpan = cells.mutableSpan
    var histogramSpan = histogram.mutableSpan
    HOG.centralDifferences(
      of: picture.span, width: width, height: height, cells: &cellSpan, histogram: &histogramSpan, scratch: &scratch)
    return (cells, histogram)
  }

  @Test(arguments: KernelLevel.available) func histogramsAreTheReferences(_ level: KernelLevel) throws {
    try Golden.each("maskfeat.hog") { file, check in
      let shape = try file.shape("input.frames")
      let (height, width) = (shape[1], shape[2])
      let frames = try file.bytes("input.frames")
      var (normalized, histograms, targets): ([Float], [Float], [Float]) = ([], [], [])
      for frame in 0..<shape[0] {
        let picture = Array(frames[frame * height * width * 3..<(frame + 1) * height * width * 3])
        let own = level.run { cells(picture, width: width, height: height) }
        normalized += own.cells
        histograms += own.histogram
        guard height % 16 == 0, width % 16 == 0 else { continue }
        var target = [Float](repeating: 0, count: own.cells.count)
        var span = target.mutableSpan
        HOG.arrangeByCell(own.cells.span, rows: height / 16, columns: width / 16, target: &span)
        targets += target
      }
      try check("output.cells", normalized)
      try check("output.histogram", histograms)
      try check("output.target", targets)
    }
  }

  @Test func sobelTargetsAreTheOfficialOnes() throws {
    try Golden.each("maskfeat.hog_official") { file, check in
      let shape = try file.shape("input.clip")
      let (batch, frames, height, width) = (shape[0], shape[2], shape[3], shape[4])
      let values = try file.floats("input.clip")
      let stride = file.config["frame_stride"].int ?? 2
      let area = height * width
      let perColor = HOG.binCount * (height / 8) * (width / 8)
      var (all, targets): ([Float], [Float]) = ([], [])
      for sample in 0..<batch {
        for frame in Swift.stride(from: 0, to: frames, by: stride) {
          var cells = [Float](repeating: 0, count: 3 * perColor)
          for color in 0..<3 {
            let from = ((sample * 3 + color) * frames + frame) * area
            let plane = Array(values[from..<from + area])
            var span = cells.mutableSpan
            HOG.sobel(of: plane.span, width: width, height: height, cells: &span, at: color * perColor)
          }
          all += cells
          var target = [Float](repeating: 0, count: cells.count)
          var span = target.mutableSpan
          HOG.arrangeByDirection(cells.span, rows: height / 16, columns: width / 16, target: &span)
          targets += target
        }
      }
      try check("output.cells", all)
      try check("output.target", targets)
    }
  }

  @Test func binsAreExactForEveryPairOfGradients() {
    // A cell whose middle column steps by (gx, gy) at one pixel only would need isolated gradients, so compare whole noisy
    // pictures with the definition in double precision instead, with every value of both gradients among them.
    for seed in 0..<12 as Range<UInt64> {
      let (width, height) = (88 + Int(seed) * 3, 40 + Int(seed))
      let picture = noise(width * height * 3, seed: seed + 1)
      let own = cells(picture, width: width, height: height)
      let expected = naiveHOG(picture, width: width, height: height)
      let worst = zip(own.cells, expected).reduce(0.0) { max($0, abs(Double($1.0) - $1.1)) }
      #expect(worst < 1e-6, "\(width)×\(height)")
    }
  }

  @Test(arguments: KernelLevel.available) func variantsGiveTheSameBits(_ level: KernelLevel) {
    for (width, height) in [(8, 8), (9, 8), (15, 23), (37, 53), (64, 16), (171, 40), (224, 24)] {
      let picture = noise(width * height * 3, seed: UInt64(width))
      let own = level.run { cells(picture, width: width, height: height) }
      let plain = KernelLevel.portable.run { cells(picture, width: width, height: height) }
      #expect(own.cells == plain.cells && own.histogram == plain.histogram, "\(width)×\(height)")
    }
  }

  @Test func targetsExistOnlyForTheCentersOfCubes() throws {
    let bytes = noise(16 * 32 * 48 * 3)
    let pixels = PixelClip(frameCount: 16, height: 32, width: 48, bytes: bytes)
    let clip = Clip(pixels: pixels, values: .zeros([3, 16, 32, 48]))
    let mask = TokenMask(steps: 8, rows: 2, columns: 3, values: [UInt8](repeating: 1, count: 48))
    let cubes = [MaskCube(start: 5, length: 2), MaskCube(start: 1, length: 1)]
    var worker = HOGTarget().makeWorker()
    let sample = try HOGTarget()(
      MaskedClip(clip: clip, mask: mask, cubes: cubes), worker: &worker, context: .sample(0))
    #expect(sample.target.frames == [3, 12])
    #expect(sample.target.values.shape == [2, 2, 3, 108])
    let frame = Array(bytes[12 * 32 * 48 * 3..<13 * 32 * 48 * 3])
    let own = cells(frame, width: 48, height: 32).cells
    // Of the second frame: row 1 and column 2 of the grid, its lower right cell.
    let token: Int = 6 + 3 + 2
    let value = sample.target.values.floats[token * 108 + 81 + 10]
    #expect(value == own[(3 * 6 + 5) * 27 + 10])

    let every = try HOGTarget(.sobel, frames: .firstOfSteps)(
      MaskedClip(clip: clip, mask: mask), worker: &worker, context: .sample(0))
    #expect(every.target.frames == [0, 2, 4, 6, 8, 10, 12, 14])
    #expect(throws: TargetError.noCubes) {
      try HOGTarget()(MaskedClip(clip: clip, mask: mask), worker: &worker, context: .sample(0))
    }
  }
}

extension HOGTests {
  @Test(arguments: HOGTarget.Operator.allCases) func aTokenOfOneCellHasItsHistogram(
    _ gradients: HOGTarget.Operator
  ) throws {
    let bytes = noise(4 * 24 * 16 * 3)
    let pixels = PixelClip(frameCount: 4, height: 24, width: 16, bytes: bytes)
    let clip = Clip(pixels: pixels, values: .zeros([3, 4, 24, 16]))
    let mask = TokenMask(steps: 2, rows: 3, columns: 2, values: [0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0])
    func target(patchSize: Int, frames: HOGTarget.Frames) throws -> HOGTargets {
      let stage = HOGTarget(gradients, frames: frames, patchSize: patchSize)
      var worker = stage.makeWorker()
      return try stage(MaskedClip(clip: clip, mask: mask), worker: &worker, context: .sample(0)).target
    }
    let small = try target(patchSize: 8, frames: .lastOfSteps)
    #expect(small.frames == [3])
    #expect(small.values.shape == [1, 3, 2, 27])
    if gradients == .central {
      #expect(
        small.values.floats == cells(Array(bytes[3 * 24 * 16 * 3..<4 * 24 * 16 * 3]), width: 16, height: 24).cells)
    }
    #expect(throws: TargetError.indivisible(width: 16, height: 24, by: 16)) {
      try target(patchSize: 16, frames: .lastOfSteps)
    }
  }
}

/// The definition in double precision, with an arc tangent.
private func naiveHOG(_ picture: [UInt8], width: Int, height: Int) -> [Double] {
  let (rows, columns) = (height / 8, width / 8)
  var cells = [Double](repeating: 0, count: rows * columns * 27)
  for y in 0..<8 * rows {
    for x in 0..<8 * columns {
      for color in 0..<3 {
        func at(_ x: Int, _ y: Int) -> Double { Double(picture[(y * width + x) * 3 + color]) }
        let gx = x == 0 || x == width - 1 ? 0 : at(x + 1, y) - at(x - 1, y)
        let gy = y == 0 || y == height - 1 ? 0 : at(x, y + 1) - at(x, y - 1)
        var degrees = angle(gy, gx) * 180 / Double.pi
        if degrees < 0 { degrees += 180 }
        if degrees >= 180 { degrees -= 180 }
        cells[((y / 8 * columns + x / 8) * 3 + color) * 9 + Int(degrees / 20)] += (gx * gx + gy * gy).squareRoot() / 64
      }
    }
  }
  for cell in 0..<cells.count / 9 {
    let length = (cells[cell * 9..<cell * 9 + 9].reduce(1e-10) { $0 + $1 * $1 }).squareRoot()
    for bin in 0..<9 { cells[cell * 9 + bin] /= length }
  }
  return cells
}
