internal import SluiceNN
internal import SluicePlatform
internal import SluiceTensor

/// The stages of a Swin transformer: blocks, with the grid halved between stages.
struct SwinStages: Sendable {
  /// What a stage gives before its grid is halved.
  struct Map {
    /// `[B, t·h·w, D]`.
    var tokens: Tensor
    var grid: GridStride
  }

  private let configuration: SwinConfiguration
  private let stages: [[SwinBlock]]
  private let merges: [PatchMerging]
  private let plans = Lock<[PlanKey: WindowPlan]>([:])

  private struct PlanKey: Hashable {
    let grid: GridStride
    let isImage: Bool
    let isShifted: Bool
  }

  /// Declares `layers.N.blocks.M` and `layers.N.downsample` in `scope`.
  init(_ scope: ParameterScope, _ configuration: SwinConfiguration) {
    self.configuration = configuration
    var rates = configuration.dropRates[...]
    var (stages, merges): ([[SwinBlock]], [PatchMerging]) = ([], [])
    for (stage, depth) in configuration.depths.enumerated() {
      let (layer, width) = (scope["layers.\(stage)"], configuration.dimension << stage)
      stages.append(
        (0..<depth).map { block in
          SwinBlock(
            layer["blocks.\(block)"], configuration, width: width, headCount: configuration.headCounts[stage],
            dropRate: rates.removeFirst())
        })
      if stage + 1 < configuration.depths.count { merges.append(PatchMerging(layer["downsample"], width: width)) }
    }
    (self.stages, self.merges) = (stages, merges)
  }

  /// The maps of all stages, of the tokens of clips or of images.
  func callAsFunction(_ tokens: Tensor, grid: GridStride, isImage: Bool, _ pass: ForwardPass) -> [Map] {
    var map = Map(tokens: tokens, grid: grid)
    var maps: [Map] = []
    for (stage, blocks) in stages.enumerated() {
      for (index, block) in blocks.enumerated() {
        let plan = plan(for: map.grid, isImage: isImage, isShifted: index % 2 == 1)
        map.tokens = pass.block(map.tokens) { block($0, plan, $1) }
      }
      maps.append(map)
      guard stage < merges.count else { break }
      map = Map(tokens: merges[stage](map.tokens, grid: map.grid), grid: PatchMerging.result(of: map.grid))
    }
    return maps
  }

  /// Checks that an image's grid can be divided into windows at every stage.
  func requireWindows(of grid: GridStride) throws(ModelError) {
    var grid = grid
    let side = configuration.window.height
    for stage in stages.indices {
      guard grid.height % side == 0, grid.width % side == 0 else {
        throw ModelError(
          """
          Swin: the image's map at stage \(stage + 1) is \(grid.height)×\(grid.width), wanted is a multiple of the window, \
          \(side)×\(side). Choose a frame size that is a multiple of \(configuration.patch.height * side << (stages.count - 1)) \
          pixels
          """)
      }
      grid = PatchMerging.result(of: grid)
    }
  }

  private func plan(for grid: GridStride, isImage: Bool, isShifted: Bool) -> WindowPlan {
    let key = PlanKey(grid: grid, isImage: isImage, isShifted: isShifted)
    if let known = plans.withLock({ $0[key] }) { return known }
    let plan =
      isImage
      ? WindowPlan.image(
        grid: grid, window: configuration.window.height, isShifted: isShifted,
        masksUnshifted: configuration.masksUnshiftedImageBlocks)
      : WindowPlan.video(grid: grid, window: configuration.window, isShifted: isShifted)
    plans.withLock { $0[key] = plan }
    return plan
  }
}
