import Foundation
import SluiceCheckpoints
import SluiceMask
import SluicePlatform
import TestSupport
import Testing

/// BEVT's masks: block-wise planes in runs of time steps that wrap around.
@Suite struct WrappedTubeMaskTests {
  private func draws(_ file: GoldenFile, _ name: String, _ kinds: String) throws -> RecordedDraws {
    let (values, isInteger) = (try file.doubles("input.\(name)"), try file.bytes("input.\(kinds)"))
    return RecordedDraws(values.indices.map { .init(value: values[$0], isInteger: isInteger[$0] == 1) })
  }

  private func sides(_ json: JSONValue) throws -> (rows: Int, columns: Int) {
    if let side = json.int { return (side, side) }
    let both = try #require(json.array).map { try #require($0.int) }
    return (both[0], both[1])
  }

  @Test func masksOfRecordedDrawsAreTheReferences() throws {
    try Golden.each("bevt.block_masks") { file, check in
      for (number, entry) in (file.config["image"].array ?? []).enumerated() {
        let (rows, columns) = try sides(entry["input_size"])
        let wanted = try #require(entry["num_masking_patches"].int)
        let painter = BlockPainter(
          rows: rows, columns: columns, wanted: wanted, minimum: try #require(entry["min_num_patches"].int),
          maximum: entry["max_num_patches"].int ?? wanted, minimumAspect: 0.3)
        var draws = try draws(file, "draws_\(number)", "kinds_\(number)")
        try check("output.mask_\(number)", painter.paint(&draws), shape: [rows, columns])
        #expect(draws.isExhausted)
      }
      for (number, entry) in (file.config["video"].array ?? []).enumerated() {
        let (rows, columns) = try sides(entry["input_size"])
        let (frames, scale) = (try #require(entry["clip_len"].int), try #require(entry["temporal_scale"].int))
        let range = try #require(entry["masked_tube_range"].array).map { try #require($0.double) }
        let stage = WrappedTubeMask(
          minimumPatches: try #require(entry["min_num_patches"].int), lengths: range[0]...range[1], tubeletSize: scale)
        let grid = MaskGrid(steps: frames / scale, rows: rows, columns: columns)
        var draws = try draws(file, "video_draws_\(number)", "video_kinds_\(number)")
        let (clips, wanted) = (try #require(entry["num_clips"].int), try #require(entry["num_masking_patches"].int))
        let masks = (0..<clips).map { _ in stage.mask(grid, wanted: wanted, draws: &draws) }
        #expect(draws.isExhausted)
        let shape = [clips, grid.steps, rows, columns]
        try check("output.video_input_mask_\(number)", masks.flatMap(\.values), shape: shape)
        let frameByFrame = masks.flatMap { mask in
          (0..<frames).flatMap { frame in
            mask.values[frame / scale * grid.area..<(frame / scale + 1) * grid.area]
          }
        }
        try check("output.video_output_mask_\(number)", frameByFrame, shape: [clips, frames, rows, columns])
      }
    }
  }

  @Test func planesHideAsMuchAsTheReferences() throws {
    for (name, url) in try Golden.paths(where: { $0 == "bevt/block_mask_stats.json" }) {
      let json = try JSONValue(json: String(contentsOf: url, encoding: .utf8))
      let runs = try #require(json["runs"].int)
      let grid = MaskGrid(steps: 1, rows: 14, columns: 14)
      var (counts, cells): ([Int], [Int]) = ([], [Int](repeating: 0, count: grid.area))
      for sample in 0..<runs {
        var draws = KeyedRandom(seed: 1, epoch: 0, sample: sample, stage: "mask")
        let mask = WrappedTubeMask().mask(grid, wanted: 98, draws: &draws)
        counts.append(mask.maskedCount)
        for (cell, value) in mask.values.enumerated() { cells[cell] += Int(value) }
      }
      let mean = Double(counts.reduce(0, +)) / Double(runs)
      #expect(abs(mean - (try #require(json["count_mean"].double))) < 0.1, "\(name)")
      #expect(counts.max() == json["count_max"].int)
      let full = Double(counts.count { $0 == 98 }) / Double(runs)
      #expect(abs(full - (try #require(json["fraction_exactly_98"].double))) < 0.03)
      for (key, cell) in [("cell_freq_corner", 0), ("cell_freq_center", 7 * 14 + 7), ("cell_freq_edge_mid", 7)] {
        let share = Double(cells[cell]) / Double(runs)
        #expect(abs(share - (try #require(json[key].double))) < 0.03, "\(key): \(share)")
      }
    }
  }

  @Test func runsOfStepsWrapAroundAndShareOnePlane() throws {
    var wraps = 0
    for sample in 0..<200 {
      let mask = try WrappedTubeMask()(.blank(), context: .sample(sample)).mask
      let area = mask.rows * mask.columns
      let planes = (0..<mask.steps).map { Array(mask.values[$0 * area..<($0 + 1) * area]) }
      let hidden = planes.indices.filter { planes[$0].contains(1) }
      #expect((mask.steps / 2...mask.steps).contains(hidden.count))
      #expect(hidden.allSatisfy { planes[$0] == planes[hidden[0]] })
      // Around the clip's end there is one run of what is shown, or none.
      let ends = planes.indices.count { planes[$0].contains(1) && !planes[($0 + 1) % mask.steps].contains(1) }
      #expect(ends <= 1)
      if planes[0].contains(1), planes[mask.steps - 1].contains(1), hidden.count < mask.steps { wraps += 1 }
    }
    #expect(wraps > 0)
  }

  @Test func aMaskThatHidesNothingIsRefused() {
    #expect(throws: MaskError.nothingMasked(ratio: 0.001, of: 196, unit: "positions")) {
      try WrappedTubeMask(ratio: 0.001)(.blank(), context: .sample(0))
    }
    #expect(throws: MaskError.ratio(-1)) { try WrappedTubeMask(ratio: -1)(.blank(), context: .sample(0)) }
  }
}
