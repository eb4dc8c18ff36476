import SluiceCheckpoints
import SluiceDatasets
import SluiceFlow
import SluiceSample
import SluiceSamples
import TestSupport
import Testing

/// Frames of equal parts of a video, of windows of so many frames, and of intervals.
@Suite struct TickSamplingTests {
  @Test func framesOfBIKEAreTheReferences() throws {
    try Golden.each("bike.sampling") { file, check in
      let bias = try #require(file.config["index_bias"].int)
      let length = try #require(file.config["sample_range"].int)
      for (number, entry) in try #require(file.config["cases"].array).enumerated() {
        let key = "input.\(number).u"
        var draws = RecordedUniforms(file.has(key) ? try file.doubles(key) : [])
        let frames = try frames(entry, windowLength: length, &draws)
        try check("output.\(number).indices", frames.map { $0 + bias })
        guard check.wants("output.\(number).bounds") else { continue }
        try check(
          "output.\(number).bounds", draws.ranges.flatMap { [$0.lowerBound, $0.upperBound] }, shape: [frames.count, 2])
        #expect(draws.isExhausted, "\(file.name): case \(number)")
      }
    }
  }

  private func frames(
    _ entry: JSONValue, windowLength: Int, _ draws: inout RecordedUniforms
  ) throws -> [Int] {
    let (mode, count) = (try #require(entry["mode"].string), try #require(entry["segments"].int))
    let (total, windows) = (entry["frames"].int ?? 0, entry["clips"].int ?? 1)
    switch mode {
    case "train": return SegmentFrames(count: count, bounds: .shared).indices(of: total, draws: &draws)
    case "train_ticks": return TickFrames(count: count).indices(of: total, draws: &draws)
    case "val", "test":
      let stage = TickFrames(count: count, position: .steady, windows: windows)
      return (0..<windows).flatMap { stage.indices(of: total, window: $0, draws: &draws) }
    case "train_dense", "val_dense", "test_dense":
      let stage = SpanFrames(
        count: count, length: windowLength, window: mode == "test_dense" ? .spread : .random, windows: windows)
      return (0..<windows).flatMap { stage.indices(of: total, part: $0, draws: &draws) }
    case "charades_train":
      let part = ClipPart.interval(
        from: try #require(entry["start"].double), to: try #require(entry["end"].double),
        of: try #require(entry["total"].double), at: try #require(entry["fps"].double))
      guard case .frames(let range) = try #require(part) else { break }
      #expect(range.count == max(1, entry["interval_frames"].int ?? 0))
      return TickFrames(count: count).indices(of: range.count, draws: &draws).map { $0 + range.lowerBound }
    default: break
    }
    Issue.record("frames of the mode \(mode) are not chosen")
    return []
  }

  private func handle(_ total: Int) -> ClipHandle { ClipHandle(frames: NamedFrames(frameCount: total)) }

  @Test(arguments: [1, 2, 3, 5, 8, 16, 77]) func partsHaveAFrameEach(count: Int) throws {
    for total in Array(1...40) + [63, 64, 65, 100, 127, 128, 129, 300, 1001] {
      for sample in 0..<8 {
        let frames = try TickFrames(count: count)(handle(total), context: .sample(sample)).indices
        #expect(frames.count == count && frames == frames.sorted() && frames.allSatisfy((0..<total).contains))
        if total <= count {
          #expect(Set(frames) == Set(0..<total), "\(frames) of \(total)")
        } else {
          let parts = (0..<count).map { $0 * total / count..<($0 + 1) * total / count }
          #expect(zip(parts, frames).allSatisfy { $0.contains($1) }, "\(frames) of \(total)")
        }
      }
      let steady = try TickFrames(count: count, position: .steady)(handle(total), context: .sample(0)).indices
      #expect(steady.count == count && steady[0] == 0 && steady == steady.sorted(), "\(steady) of \(total)")
      #expect(steady.allSatisfy((0..<total).contains))
    }
  }

  @Test func windowsLieBetweenThePartsFirstAndLastFrames() throws {
    for count in [1, 4, 8, 16] {
      for total in Array(1...40) + [64, 100, 300] {
        for windows in [2, 3, 4, 10] {
          let stage = TickFrames(count: count, position: .steady, windows: windows)
          let frames = try stage(handle(total), context: .sample(0)).indices
          #expect(frames.count == count * windows && frames.allSatisfy((0..<total).contains))
          let begins = (0..<windows).map { frames[$0 * count] }
          if total >= count {
            let last = Int((Double(total) / Double(count)).rounded(.down)) - 1
            #expect(begins == begins.sorted() && begins[0] == 0 && begins[windows - 1] == last, "\(begins) of \(total)")
          } else {
            #expect(begins.dropFirst().allSatisfy { $0 == total - 1 }, "\(begins) of \(total)")
          }
        }
      }
    }
  }

  @Test func everyFrameOfAPartIsDrawn() throws {
    let drawn = try (0..<300).map { try TickFrames(count: 4)(handle(14), context: .sample($0)).indices }
    for (part, frames) in [0..<3, 3..<7, 7..<10, 10..<14].enumerated() {
      #expect(Set(drawn.map { $0[part] }) == Set(frames))
    }
    // Parts that share their ends: every frame can be drawn, the last one too.
    let shared = try (0..<300).map {
      try SegmentFrames(count: 4, bounds: .shared)(handle(14), context: .sample($0)).indices
    }
    for (part, frames) in [0...3, 3...6, 6...10, 10...13].enumerated() {
      #expect(Set(shared.map { $0[part] }) == Set(frames))
    }
  }

  @Test(arguments: DenseFrames.Window.allCases) func windowsOfFramesAreInsideOrBeginAgain(
    window: DenseFrames.Window
  ) throws {
    for (count, length) in [(4, 128), (8, 128), (12, 128), (3, 10), (16, 10)] {
      for total in [1, 2, 9, 10, 11, 12, 100, 127, 128, 129, 130, 131, 300] {
        for windows in [1, 2, 3, 7] {
          let stage = SpanFrames(count: count, length: length, window: window, windows: windows)
          for sample in 0..<4 {
            let frames = try stage(handle(total), context: .sample(sample)).indices
            #expect(frames.count == count * windows && frames.allSatisfy((0..<total).contains))
            for part in 0..<windows {
              let clip = frames[part * count..<(part + 1) * count]
              let begin = clip[part * count]
              #expect(Array(clip) == (0..<count).map { (begin + $0 * (length / count)) % total })
              #expect(begin <= max(0, total - length))
              if window == .random, total > length { #expect(begin < total - length) }
            }
          }
        }
      }
    }
  }

  @Test func drawnWindowsBeginAnywhereButAtTheLastFrameThereIs() throws {
    let stage = SpanFrames(count: 4, length: 8)
    let begins = try (0..<200).map { try stage(handle(12), context: .sample($0)).indices[0] }
    #expect(Set(begins) == [0, 1, 2, 3])
    let spread = SpanFrames(count: 4, length: 8, window: .spread, windows: 3)
    #expect(try spread(handle(13), context: .sample(0)).indices == [0, 2, 4, 6, 2, 4, 6, 8, 4, 6, 8, 10])
    let middle = SpanFrames(count: 2, length: 8, window: .spread)
    #expect(try middle(handle(13), context: .sample(0)).indices == [2, 6])
  }

  @Test func intervalsHaveAtLeastOneFrame() {
    func frames(_ start: Double, _ end: Double, _ total: Double, _ rate: Double) -> Range<Int>? {
      guard case .frames(let range) = ClipPart.interval(from: start, to: end, of: total, at: rate) else { return nil }
      return range
    }
    #expect(frames(1, 2, 10, 24) == 24..<48)
    #expect(frames(1.02, 2, 10, 24) == 24..<47)
    #expect(frames(8, 12, 10, 24) == 192..<240)
    #expect(frames(3, 3.01, 10, 24) == 72..<73)
    #expect(frames(11, 12, 10, 24) == 264..<265)
    for number in [Double.nan, .infinity, -1] { #expect(frames(number, 2, 10, 24) == nil) }
    #expect(frames(0, .nan, 10, 24) == nil && frames(0, .infinity, .infinity, 24) == nil)
    #expect(frames(0, 1e300, 1e300, 24) == nil && frames(0, 1, 10, .infinity) == nil)
  }

  @Test func whatCannotBeSampledHasASentence() throws {
    #expect(throws: SamplingError.tooShort(name: "clips/example.mp4", found: 0, wanted: 1)) {
      try TickFrames()(handle(0), context: .sample(0))
    }
    #expect(throws: SamplingError.tooShort(name: "clips/example.mp4", found: 0, wanted: 1)) {
      try SpanFrames()(handle(0), context: .sample(0))
    }
    #expect(throws: SamplingError.outside("windows", 0, 1...1000)) {
      try TickFrames(windows: 0)(handle(9), context: .sample(0))
    }
    #expect(throws: SamplingError.outside("length", 0, 1...1_000_000)) {
      try SpanFrames(length: 0)(handle(9), context: .sample(0))
    }
  }
}
