import SluiceMask
import SluicePlatform
import TestSupport
import Testing

@Suite struct MaskVariantTests {
  @Test func boxesOfRecordedDrawsAreTheReferences() throws {
    try Golden.each("maskfeat.official_mask3d") { file, check in
      let window = try #require(file.config["window"].array).compactMap(\.int)
      let grid = MaskGrid(steps: window[0], rows: window[1], columns: window[2])
      let stage = BlockMask(minimumAspect: file.config["min_aspect"].double ?? 0.3)
      var draws = try recordedDraws(file)
      let values = stage.boxes(
        grid, wanted: file.config["num_masking_patches"].int ?? 0, minimum: file.config["min_num_patches"].int ?? 0,
        maximum: file.config["max_num_patches"].int ?? 0, draws: &draws)
      #expect(draws.isExhausted)
      try check("output.mask", values, shape: window)
    }
  }

  @Test func tubesHideTheReferencesCountInEveryStep() throws {
    try Golden.each("videomae.tube_masks") { file, check in
      for entry in try #require(file.config["cases"].array) {
        let size = try #require(entry["input_size"].array).compactMap(\.int)
        let key = "output.masked_per_step_\(entry["index"].int ?? 0)"
        let grid = MaskGrid(steps: size[0], rows: size[1], columns: size[2])
        let samples = try file.has(key) ? file.shape(key)[0] : 6
        var counts: [Int] = []
        for sample in 0..<samples {
          var draws = KeyedRandom(seed: 1, epoch: 0, sample: sample, stage: "mask")
          let mask = try TubeMask(ratio: entry["mask_ratio"].double ?? 0).mask(grid, draws: &draws)
          #expect(mask.maskedCount == entry["total_masked"].int)
          let planes = (0..<grid.steps).map { Array(mask.values[$0 * grid.area..<($0 + 1) * grid.area]) }
          #expect(planes.allSatisfy { $0 == planes[0] })
          counts += planes.map { $0.reduce(0) { $0 + Int($1) } }
        }
        try check(key, counts, shape: [samples, grid.steps])
      }
    }
  }

  @Test func blocksCoverWholeWindowsAndTheShareOfTheVolume() throws {
    for sample in 0..<50 {
      let mask = try BlockMask()(.blank(), context: .sample(sample)).mask
      #expect(mask.steps == 8 && mask.rows == 14 && mask.columns == 14)
      #expect(mask.maskedCount <= 157 * 4 && mask.maskedCount > 140 * 4)
      for token in mask.values.indices {
        let (row, column) = (token / 14 % 14, token % 14)
        let corner = token - (row % 2) * 14 - column % 2
        #expect(mask.values[token] == mask.values[corner])
      }
    }
  }

  @Test func everyPlaceIsHiddenEquallyOften() throws {
    var counts = [Int](repeating: 0, count: 8 * 14 * 14)
    for sample in 0..<2000 {
      let mask = try RandomMask(ratio: 0.75)(.blank(), context: .sample(sample)).mask
      #expect(mask.maskedCount == 1176)
      for (token, value) in mask.values.enumerated() { counts[token] += Int(value) }
    }
    // 1500 expected, deviation 19.4.
    #expect(counts.allSatisfy { abs($0 - 1500) < 110 })
  }

  @Test func ratiosThatHideNothingAreRefused() {
    #expect(throws: MaskError.nothingMasked(ratio: 0.001, of: 196, unit: "positions")) {
      try TubeMask(ratio: 0.001)(.blank(), context: .sample(0))
    }
    #expect(throws: MaskError.ratio(1.5)) { try RandomMask(ratio: 1.5)(.blank(), context: .sample(0)) }
  }
}
