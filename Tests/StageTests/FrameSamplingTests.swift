import SluiceSample
import SluiceSamples
import TestSupport
import Testing

@Suite struct FrameSamplingTests {
  @Test func denseFramesAreTheReferencesForEveryRecordedBegin() throws {
    try Golden.each("timesformer-vivit.frame_sampling") { file, check in
      let rows = try file.ints("input.rows")
      let columns = try file.shape("input.rows")[1]
      let width = try file.shape("output.indices")[1]
      var indices: [Int] = []
      for row in stride(from: 0, to: rows.count, by: columns) {
        let stage = DenseFrames(count: rows[row + 1], stride: rows[row + 2])
        var draws = RecordedDraws([
          .init(value: Double(rows[row + 4]), isInteger: true, bounds: (0, Double(rows[row + 3])))
        ])
        let own = try stage.denseIndices(of: rows[row], name: "", draws: &draws)
        indices += own + [Int](repeating: -1, count: width - own.count)
      }
      try check("output.indices", indices)
    }
  }

  @Test func centerWindowsAreTheSameInEveryEpoch() throws {
    let stage = DenseFrames(count: 4, stride: 2, window: .center)
    let handle = ClipHandle(frames: NamedFrames(frameCount: 21))
    #expect(try stage(handle, context: .sample(0)).indices == [6, 8, 10, 13])
    #expect(try stage(handle, context: .sample(1)).indices == [6, 8, 10, 13])
  }

  @Test func offsetWindowsScaleWithTheFrameRateAndRepeatTheLastFrame() throws {
    let stage = DenseFrames(count: 4, stride: 4, spacing: .offset, window: .center)
    var draws = RecordedDraws()
    #expect(try stage.offsetIndices(of: 40, rate: 30, name: "", draws: &draws) == [12, 17, 22, 27])
    #expect(try stage.offsetIndices(of: 80, rate: 60, name: "", draws: &draws) == [24, 34, 44, 55])
    #expect(try stage.offsetIndices(of: 9, rate: nil, name: "", draws: &draws) == [0, 5, 8, 8])
    var random = RecordedDraws(3.5)
    let drawn = DenseFrames(count: 4, stride: 4, spacing: .offset)
    #expect(try drawn.offsetIndices(of: 40, rate: 30, name: "", draws: &random) == [3, 8, 13, 18])
  }

  @Test func tooShortSamplesAreNamedWithBothCounts() throws {
    let handle = ClipHandle(frames: NamedFrames(frameCount: 10))
    #expect(throws: SamplingError.tooShort(name: "clips/example.mp4", found: 10, wanted: 16)) {
      try DenseFrames()(handle, context: .sample(0))
    }
    #expect(throws: SamplingError.outside("stride", 0, 1...100_000)) {
      try DenseFrames(stride: 0)(handle, context: .sample(0))
    }
  }

  @Test func drawnWindowsDependOnlyOnTheSample() throws {
    let handle = ClipHandle(frames: NamedFrames(frameCount: 300))
    let first = try DenseFrames()(handle, context: .sample(7)).indices
    #expect(try DenseFrames()(handle, context: .sample(7)).indices == first)
    let others = try (0..<20).map { try DenseFrames()(handle, context: .sample($0)).indices }
    #expect(Set(others).count > 10)
  }
}
