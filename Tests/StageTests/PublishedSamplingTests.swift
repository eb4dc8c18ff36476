import Foundation
import SluiceAugment
import SluiceCheckpoints
import SluiceSample
import SluiceSamples
import TestSupport
import Testing

/// Frame numbers of the published recipes, from a list of cases.
@Suite struct PublishedSamplingTests {
  /// The cases of VideoMAE: the golden folder's file, or the package's copy of it.
  private func cases() throws -> [(name: String, json: JSONValue)] {
    let found = try Golden.paths { $0 == "videomae/sampling.json" }
    #expect(!found.isEmpty, "no videomae/sampling.json in the golden folder or the fixtures")
    return try found.map { ($0.name, try JSONValue(json: String(contentsOf: $0.url, encoding: .utf8))) }
  }

  private func ints(_ json: JSONValue) -> [Int]? { json.array?.compactMap(\.int) }

  @Test func framesOfBEVTAreTheReferences() throws {
    try Golden.each("bevt.sample_frames") { file, check in
      let totals = try #require(file.config["frames"].array).map { try #require($0.int) }
      for (name, entry) in try #require(file.config.object) where entry["clip_len"].int != nil {
        let (count, stride) = (try #require(entry["clip_len"].int), try #require(entry["frame_interval"].int))
        let (windows, isTest) = (try #require(entry["num_clips"].int), entry["test_mode"].bool == true)
        for total in totals where check.wants("output.\(name).\(total)") {
          let recorded = try entry["draws"].string.map { try file.ints("input.\($0).\(total)") } ?? []
          var draws = RecordedDraws(recorded.map { .init(value: Double($0), isInteger: true) })
          let indices: [Int]
          if entry["frame_uniform"].bool == true {
            let stage = SegmentFrames(count: count, position: isTest ? .phase : .random, bounds: .shared)
            indices = stage.indices(of: total, draws: &draws)
          } else {
            let stage = DenseFrames(
              count: count, stride: stride, spacing: .looped, window: isTest ? .center : .random, windows: windows)
            indices = try (0..<windows).flatMap {
              try stage.loopedIndices(of: total, name: "", part: $0, draws: &draws)
            }
          }
          try check("output.\(name).\(total)", indices)
          #expect(draws.isExhausted, "\(name) \(total)")
        }
      }
    }
  }

  @Test func preTrainingStepsThroughTheWindowAndRepeatsWhatItReached() throws {
    for (name, json) in try cases() {
      for entry in try #require(json["pretrain"].array) {
        let total = try #require(entry["num_frames"].int)
        let stage = DenseFrames(
          count: try #require(entry["length"].int), stride: try #require(entry["step"].int), spacing: .strided)
        let offsets = try #require(entry["number_of_offsets"].double)
        var draws = RecordedDraws([
          .init(
            value: try #require(entry["offset_one_based"].double) - 1, isInteger: true, bounds: (0, offsets - 1))
        ])
        #expect(
          try stage.stridedIndices(of: total, name: "", draws: &draws) == ints(entry["frame_ids"]), "\(name): \(total)")
      }
    }
  }

  @Test func fineTuningCountsBothEndsOfTheWindow() throws {
    for (name, json) in try cases() {
      for entry in try #require(json["finetune_train"].array) {
        let total = try #require(entry["num_frames"].int)
        let stage = DenseFrames(
          count: try #require(entry["clip_len"].int), stride: try #require(entry["sample_rate"].int),
          spacing: .inclusive)
        let length = stage.count * stage.stride
        var recorded: [RecordedDraws.Draw] = []
        if let end = entry["end_index"].int {
          recorded = [
            .init(value: Double(end - length), isInteger: true, bounds: (0, Double(total - 1 - length)))
          ]
        }
        var draws = RecordedDraws(recorded)
        #expect(
          try stage.inclusiveIndices(of: total, name: "", draws: &draws) == ints(entry["frame_ids"]),
          "\(name): \(total)")
        #expect(draws.isExhausted)
      }
    }
  }

  @Test func testClipsAreSpreadFromEndToEnd() throws {
    for (name, json) in try cases() {
      for entry in try #require(json["test"].array) {
        let total = try #require(entry["num_frames"].int)
        let stage = DenseFrames(
          count: try #require(entry["clip_len"].int), stride: try #require(entry["sample_rate"].int),
          spacing: .strided, window: .spread, windows: try #require(entry["segments"].int))
        let kept = try #require(ints(entry["kept_frame_ids"]))
        let starts = try #require(ints(entry["temporal_starts"]))
        let handle = ClipHandle(frames: NamedFrames(frameCount: total))
        #expect(
          try stage(handle, context: .sample(0)).indices == starts.flatMap { kept[$0..<$0 + stage.count] },
          "\(name): \(total)")
      }
    }
  }

  @Test func testCropsLieAlongTheLongerSide() throws {
    for (name, json) in try cases() {
      for entry in try #require(json["test"].array) {
        let size = PixelSize(width: try #require(entry["resized_w"].int), height: try #require(entry["resized_h"].int))
        let (side, count) = (try #require(entry["short_side"].int), try #require(entry["crops"].int))
        let isTall = entry["spatial_axis"].string == "height"
        for (index, start) in try #require(ints(entry["spatial_starts"])).enumerated() {
          var draws = RecordedDraws()
          let steps = try Augment(.longSideCrop(side, index: index, of: count)).steps(for: size, draws: &draws)
          let box = CropBox(top: isTall ? start : 0, left: isTall ? 0 : start, height: side, width: side)
          #expect(steps == [.crop(box, isFlipped: false)], "\(name): \(size)")
        }
      }
    }
  }

  @Test func segmentsGiveOneFrameEach() throws {
    let stage = SegmentFrames(count: 4)
    var draws = RecordedDraws(2, 0, 1, 2, integers: [0, 1, 2, 3])
    #expect(stage.indices(of: 14, draws: &draws) == [2, 3, 7, 11])
    #expect(draws.isExhausted)
    #expect(stage.indices(of: 3, draws: &draws) == [0, 0, 0, 0])
    let random = try (0..<200).map {
      try stage(ClipHandle(frames: NamedFrames(frameCount: 14)), context: .sample($0)).indices
    }
    for segment in 0..<4 {
      let seen = Set(random.map { $0[segment] })
      #expect(seen == Set(3 * segment..<3 * segment + 3))
    }
    #expect(throws: SamplingError.self) {
      try stage(ClipHandle(frames: NamedFrames(frameCount: 0)), context: .sample(0))
    }
    #expect(throws: SamplingError.outside("count", 0, 1...65_536)) {
      try SegmentFrames(count: 0)(ClipHandle(frames: NamedFrames(frameCount: 9)), context: .sample(0))
    }
  }

  /// Two phases of sixteen segments, sorted: one view takes those of even places, the other those of odd ones.
  @Test func phasesInterleave() throws {
    let stage = SegmentFrames(count: 16, position: .phase, windows: 2)
    for total in [1, 7, 16, 17, 40, 41, 117] {
      let length = Double(total) / 16
      let first = (0..<16).map { Int(length * Double($0)) }
      let second = (0..<16).map { Int(length / 2 + length * Double($0)) }
      let sorted = (first + second).sorted()
      let own = try stage(ClipHandle(frames: NamedFrames(frameCount: total)), context: .sample(0)).indices
      let views = (0..<16).map { sorted[2 * $0] } + (0..<16).map { sorted[2 * $0 + 1] }
      #expect(own == views, "\(total)")
    }
    var draws = RecordedDraws()
    #expect(SegmentFrames(count: 4, position: .phase).indices(of: 8, draws: &draws) == [1, 3, 5, 7])
  }

  @Test func windowsThatAreNotDrawnLieWhereTheyShould() throws {
    func begins(_ spacing: DenseFrames.Spacing, _ window: DenseFrames.Window, _ windows: Int) throws -> [Int] {
      let stage = DenseFrames(count: 4, stride: 2, spacing: spacing, window: window, windows: windows)
      let indices = try stage(ClipHandle(frames: NamedFrames(frameCount: 40)), context: .sample(0)).indices
      return stride(from: 0, to: indices.count, by: 4).map { indices[$0] }
    }
    #expect(try begins(.dense, .spread, 3) == [0, 15, 31])
    #expect(try begins(.offset, .spread, 3) == [0, 16, 32])
    #expect(try begins(.strided, .spread, 3) == [0, 16, 32])
    #expect(try begins(.inclusive, .spread, 3) == [0, 15, 31])
    for spacing in DenseFrames.Spacing.allCases {
      let (alone, middle) = (try begins(spacing, .spread, 1), try begins(spacing, .center, 1))
      #expect(alone == middle, "\(spacing)")
      #expect(try begins(spacing, .center, 2).count == 2)
    }
  }
}
