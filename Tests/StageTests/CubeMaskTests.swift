import SluiceMask
import SluicePlatform
import SluiceSamples
import TestSupport
import Testing

/// The draws that a mask's golden file recorded.
func recordedDraws(_ file: GoldenFile) throws -> RecordedDraws {
  let (values, integers) = (try file.doubles("input.draw_value"), try file.ints("input.draw_is_int"))
  let (lower, upper) = (try file.doubles("input.draw_lo"), try file.doubles("input.draw_hi"))
  return RecordedDraws(
    values.indices.map {
      .init(value: values[$0], isInteger: integers[$0] == 1, bounds: (lower[$0], upper[$0]))
    })
}

@Suite struct CubeMaskTests {
  private func stage(_ file: GoldenFile) throws -> (CubeMask, MaskGrid) {
    let size = try #require(file.config["input_size"].array).map { $0.int ?? 0 }
    let stage = CubeMask(
      ratio: file.config["mask_ratio"].double ?? 0.4, minimumPatches: file.config["min_num_patches"].int ?? 16,
      maximumPatches: file.config["max_num_patches"].int, minimumAspect: file.config["min_aspect"].double ?? 0.3)
    return (stage, MaskGrid(steps: size[0], rows: size[1], columns: size[2]))
  }

  @Test func masksOfRecordedDrawsAreTheReferences() throws {
    try Golden.each("maskfeat.cube_mask") { file, check in
      let (stage, grid) = try stage(file)
      var draws = try recordedDraws(file)
      let (mask, cubes) = stage.mask(grid, draws: &draws)
      #expect(draws.isExhausted)
      try check("output.mask", mask.values, shape: [grid.steps, grid.rows, grid.columns])
      try check("output.marker", cubes.flatMap { [$0.start, $0.length] }, shape: [cubes.count, 2])
    }
  }

  @Test func masksOfKeyedDrawsHaveTheReferencesStatistics() throws {
    try Golden.each("maskfeat.cube_mask_statistics") { file, check in
      let (stage, grid) = try stage(file)
      let samples = max(20_000, file.config["samples_min"].int ?? 0)
      var statistics = CubeStatistics(grid: grid)
      for sample in 0..<samples {
        var draws = KeyedRandom(seed: 3, epoch: 0, sample: sample, stage: "mask")
        let (mask, cubes) = stage.mask(grid, draws: &draws)
        statistics.add(mask, cubes)
      }
      #expect(statistics.sizes.max() ?? 0 <= file.config["patches_per_cube_max"].int ?? 0)
      try check("output.masked_steps_mean", [statistics.maskedSteps / Double(samples)])
      let sizes = statistics.sizes.map(Double.init)
      let mean = sizes.reduce(0, +) / Double(sizes.count)
      let variance = sizes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(sizes.count)
      try check("output.patches_per_cube_mean", [mean])
      try check("output.patches_per_cube_std", [variance.squareRoot()])
      for (key, values) in [
        ("patches_per_cube_hist", statistics.sizes), ("cubes_hist", statistics.cubeCounts),
        ("span_hist", statistics.lengths),
      ] where file.has("output.\(key)") {
        let stored = try file.doubles("output.\(key)")
        var counts = [Double](repeating: 0, count: stored.count)
        for value in values { counts[value] += 1 }
        let scale = stored.reduce(0, +) / Double(values.count)
        try check("output.\(key)", counts.map { $0 * scale })
      }
      try check("output.patch_probability", statistics.patches.map { $0 / Double(sizes.count) })
      try check("output.step_probability", statistics.steps.map { $0 / Double(samples) })
    }
  }

  @Test func cubesAgreeWithTheMask() throws {
    for sample in 0..<200 {
      let masked = try CubeMask()(.blank(), context: .sample(sample))
      let area = masked.mask.rows * masked.mask.columns
      let touched = masked.cubes.flatMap { $0.start..<$0.start + $0.length }
      #expect(Set(touched).count == 3)
      for step in 0..<masked.mask.steps {
        let hidden = masked.mask.values[step * area..<(step + 1) * area].contains(1)
        #expect(hidden == touched.contains(step))
      }
    }
  }

  @Test func clipsThatDoNotDivideAreRefused() {
    #expect(throws: MaskError.indivisible(clip: [3, 16, 100, 224], tubeletSize: 2, patchSize: 16)) {
      try CubeMask()(.blank(height: 100), context: .sample(0))
    }
    #expect(throws: MaskError.nothingMasked(ratio: 0.4, of: 2, unit: "time steps")) {
      try CubeMask()(.blank(frames: 4), context: .sample(0))
    }
  }
}

private struct CubeStatistics {
  let grid: MaskGrid
  var maskedSteps = 0.0
  var sizes: [Int] = []
  var cubeCounts: [Int] = []
  var lengths: [Int] = []
  var patches: [Double]
  var steps: [Double]

  init(grid: MaskGrid) {
    self.grid = grid
    patches = [Double](repeating: 0, count: grid.area)
    steps = [Double](repeating: 0, count: grid.steps)
  }

  mutating func add(_ mask: TokenMask, _ cubes: [MaskCube]) {
    cubeCounts.append(cubes.count)
    for cube in cubes {
      lengths.append(cube.length)
      let plane = mask.values[cube.start * grid.area..<(cube.start + 1) * grid.area]
      sizes.append(plane.reduce(0) { $0 + Int($1) })
      for (place, value) in plane.enumerated() { patches[place] += Double(value) }
      maskedSteps += Double(cube.length)
      for step in cube.start..<cube.start + cube.length { steps[step] += 1 }
    }
  }
}
