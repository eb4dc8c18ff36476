package import SluiceModels

/// Floating-point operations of the products, attention and convolutions of a step; a multiply-add is two.
package struct StepWork: Sendable, Equatable {
  /// Of the first layer, whose input wants no gradient.
  package private(set) var first = 0
  /// Of all others.
  package private(set) var others = 0

  /// What a forward pass takes.
  package var forward: Int { first + others }

  /// What a forward and a backward pass take: each product has one more for its weights' gradient and one for its input's.
  ///
  /// Scores of attention that are computed again are not counted.
  package var training: Int { 2 * first + 3 * others }

  /// `outputs` sums of `inputs` products for each of `rows`.
  private mutating func add(rows: Int, inputs: Int, outputs: Int) { others += 2 * rows * inputs * outputs }
}

extension StepWork {
  /// BEVT's stream of clips: stages, decoder, and the head for some cells.
  /// - Parameters:
  ///   - batch: clips.
  ///   - cells: hidden cells of the whole batch, whose words are predicted.
  package init(
    bevt configuration: SwinConfiguration, vocabularySize: Int, batch: Int, cells: Int
  ) {
    let (patch, image) = (configuration.patch, configuration.imageSize)
    var grid = GridStride(configuration.frameCount / patch.time, image / patch.height, image / patch.width)
    first = 2 * batch * grid.count * 3 * patch.count * configuration.dimension
    var before = grid
    for (stage, depth) in configuration.depths.enumerated() {
      let width = configuration.dimension << stage
      addBlocks(depth, width, batch, grid, configuration)
      guard stage + 1 < configuration.depths.count else { break }
      before = grid
      grid = GridStride(grid.time, (grid.height + 1) / 2, (grid.width + 1) / 2)
      add(rows: batch * grid.count, inputs: 4 * width, outputs: 2 * width)
    }
    let width = configuration.featureDimension
    add(rows: batch * grid.count, inputs: width, outputs: 4 * width)
    add(rows: batch * before.count, inputs: width / 2 + width, outputs: width)
    add(rows: batch * before.count, inputs: width, outputs: patch.time * width)
    add(rows: cells, inputs: width, outputs: vocabularySize)
  }

  /// The blocks of a stage: attention of padded windows, then an MLP of the grid's own tokens.
  private mutating func addBlocks(
    _ count: Int, _ width: Int, _ batch: Int, _ grid: GridStride, _ configuration: SwinConfiguration
  ) {
    var (window, padded) = (1, batch)
    let extents = [
      (grid.time, configuration.window.time), (grid.height, configuration.window.height),
      (grid.width, configuration.window.width),
    ]
    for (extent, wanted) in extents {
      let used = min(extent, wanted)
      window *= used
      padded *= (extent + used - 1) / used * used
    }
    let hidden = Int((Double(width) * configuration.mlpRatio).rounded(.towardZero))
    for _ in 0..<count {
      add(rows: padded, inputs: width, outputs: 3 * width)
      // Scores, and the sums of values.
      add(rows: padded, inputs: width, outputs: 2 * window)
      add(rows: padded, inputs: width, outputs: width)
      add(rows: batch * grid.count, inputs: width, outputs: 2 * hidden)
    }
  }

  /// The encoder of DALL-E's autoencoder.
  /// - Parameters:
  ///   - frames: how many.
  ///   - side: pixels of a frame's height and width.
  package init(dvae configuration: DVAEConfiguration, frames: Int, side: Int) {
    var side = side
    first = 2 * frames * side * side * 3 * 49 * configuration.width
    var inputs = configuration.width
    for group in 0..<DVAEConfiguration.groupCount {
      let outputs = configuration.width << group
      if group > 0 { side /= 2 }
      let cells = frames * side * side
      for _ in 0..<configuration.blockCount {
        let inner = outputs / 4
        add(rows: cells, inputs: 9 * inputs, outputs: inner)
        add(rows: 2 * cells, inputs: 9 * inner, outputs: inner)
        add(rows: cells, inputs: inner, outputs: outputs)
        if inputs != outputs { add(rows: cells, inputs: inputs, outputs: outputs) }
        inputs = outputs
      }
    }
    add(rows: frames * side * side, inputs: inputs, outputs: configuration.vocabularySize)
  }
}
