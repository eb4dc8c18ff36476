public import SluiceNN
public import SluiceTensor

/// A Video Swin transformer that predicts the visual token of each hidden part of clips and of images.
///
/// Both streams share the stages, the last norm, the mask token and the head; each has patches and a decoder of its own.
/// Parameters have BEVT's names.
/// - Source: Wang et al., "BEVT: BERT pretraining of video transformers", CVPR 2022.
public struct BEVT: Sendable {
  /// The shape of the network.
  public let configuration: SwinConfiguration
  /// Words of the vocabulary that tokens are of.
  public let vocabularySize: Int
  /// The network's parameters.
  public let parameters: ParameterStore

  private let maskToken: Weight
  private let imagePatches: SwinPatches
  private let stages: SwinStages
  private let norm: LayerNorm
  private let imageDown: Linear
  private let imageEnlarging: Enlarging
  private let clips: ClipBranch?
  private let head: Linear

  /// What clips have for themselves.
  private struct ClipBranch {
    let patches: SwinPatches
    let down: Linear
    let space: Enlarging
    let time: Enlarging
  }

  /// Describes the network; its parameters are made on first use.
  /// - Parameter readsClips: without, the network is that of the image stream alone: patches have the name that they have in
  ///   Swin transformers of images, and its weights are inflated as theirs are.
  /// - Throws: ``ModelError`` if the configuration contradicts itself or has fewer than two stages.
  public init(
    _ configuration: SwinConfiguration = .compact, vocabularySize: Int = 8192, readsClips: Bool = true
  ) throws(ModelError) {
    try configuration.validate()
    guard configuration.depths.count > 1 else { throw ModelError("BEVT: one stage; the decoder wants at least two") }
    guard vocabularySize > 1 else { throw ModelError("BEVT: a vocabulary of \(vocabularySize), wanted is at least 2") }
    (self.configuration, self.vocabularySize) = (configuration, vocabularySize)
    parameters = ParameterStore()
    let scope = ParameterScope(parameters)["backbone"]
    let width = configuration.featureDimension
    maskToken = scope.weight("mask_token", [1, 1, configuration.dimension], .truncatedNormal(0.02))
    let clipPatches = readsClips ? SwinPatches(scope["patch_embed"], configuration) : nil
    imagePatches = SwinPatches(scope[readsClips ? "patch_embed_2d" : "patch_embed"], configuration, isImage: true)
    stages = SwinStages(scope, configuration)
    norm = LayerNorm(scope["norm"], dimension: width, epsilon: 1e-5)
    func down(_ name: String) -> Linear {
      Linear(scope[name], inputs: 3 * width / 2, outputs: width, weight: .truncatedNormal(0.02))
    }
    imageDown = down("lm_down")
    imageEnlarging = Enlarging(scope["fpn.0"], width: width, factor: [1, 2, 2], hasTimeAxis: false)
    clips = clipPatches.map { patches in
      ClipBranch(
        patches: patches, down: down("lm_down_st.0"),
        space: Enlarging(scope["fpn_s.0"], width: width, factor: [1, 2, 2]),
        time: Enlarging(scope["fpn_t.0"], width: width, factor: GridStride(configuration.patch.time, 1, 1)))
    }
    head = Linear(
      ParameterScope(parameters)["cls_head.lm_head"], inputs: width, outputs: vocabularySize,
      weight: .truncatedNormal(0.02))
  }

  /// What is known of each cell of each frame, `[B, T·h·w, D]`, in the order frame, row, column.
  /// - Parameters:
  ///   - videos: `[B, 3, T, H, W]`, normalized; `T` is a multiple of a patch's frames, sides are multiples of 32 pixels.
  ///   - hidden: row-major `[B, T/2, h, w]`, 1 where a cell is hidden.
  /// - Throws: ``ModelError`` if a shape does not fit.
  public func clipFeatures(
    of videos: Tensor, hidden: [UInt8], _ pass: ForwardPass = .evaluation
  ) throws(ModelError) -> Tensor {
    guard let clips else { throw ModelError("BEVT: a network of images alone reads no clips") }
    guard videos.shape.rank == 5, videos.shape[1] == 3, videos.shape[2] % configuration.patch.time == 0 else {
      throw ModelError(
        "BEVT: clips are \(videos.shape), wanted is [B, 3, T, H, W] with T a multiple of \(configuration.patch.time)")
    }
    let grid = clips.patches.grid(of: videos)
    let maps = try encoded(clips.patches(videos), grid: grid, hidden: hidden, isImage: false, pass)
    let enlarged = clips.space(maps.last.tokens, grid: maps.last.grid)
    let joined = clips.down(.concatenated([maps.before.tokens, enlarged], axis: 2))
    return norm(clips.time(joined, grid: maps.before.grid))
  }

  /// Checks that images of the configuration's size can be read, before there is one.
  /// - Throws: ``ModelError`` if a stage's map cannot be divided into windows.
  package func requireImages() throws(ModelError) {
    let side = configuration.imageSize / configuration.patch.height
    try stages.requireWindows(of: GridStride(1, side, side))
  }

  /// What is known of each cell of each image, `[B, h·w, D]`.
  /// - Parameters:
  ///   - images: `[B, 3, 1, H, W]`, normalized; sides are multiples of 32 windows' pixels.
  ///   - hidden: row-major `[B, h, w]`, 1 where a cell is hidden.
  /// - Throws: ``ModelError`` if a shape does not fit.
  public func imageFeatures(
    of images: Tensor, hidden: [UInt8], _ pass: ForwardPass = .evaluation
  ) throws(ModelError) -> Tensor {
    guard images.shape.rank == 5, images.shape[1] == 3, images.shape[2] == 1 else {
      throw ModelError("BEVT: images are \(images.shape), wanted is [B, 3, 1, H, W]")
    }
    let grid = imagePatches.grid(of: images)
    try stages.requireWindows(of: grid)
    let maps = try encoded(imagePatches(images), grid: grid, hidden: hidden, isImage: true, pass)
    let enlarged = imageEnlarging(maps.last.tokens, grid: maps.last.grid)
    return norm(imageDown(.concatenated([maps.before.tokens, enlarged], axis: 2)))
  }

  /// Scores of all words for some of the cells: `[cells, vocabularySize]`.
  /// - Parameters:
  ///   - features: `[B, N, D]`, of clips or of images.
  ///   - cells: numbers of cells, counted over the batch.
  public func logits(of features: Tensor, at cells: [Int]) -> Tensor {
    head(features.reshaped(-1, features.shape[2]).rows(at: cells))
  }

  private func encoded(
    _ tokens: Tensor, grid: GridStride, hidden: [UInt8], isImage: Bool, _ pass: ForwardPass
  ) throws(ModelError) -> (before: SwinStages.Map, last: SwinStages.Map) {
    let scale = 1 << (configuration.depths.count - 2)
    let cells = GridStride(grid.time, grid.height / scale, grid.width / scale)
    guard grid.height % (2 * scale) == 0, grid.width % (2 * scale) == 0 else {
      throw ModelError(
        """
        BEVT: the grid of patches is \(grid.height)×\(grid.width), wanted are multiples of \(2 * scale): choose a frame \
        size that is a multiple of \(configuration.patch.height * 2 * scale) pixels
        """)
    }
    guard hidden.count == tokens.shape[0] * cells.count else {
      throw ModelError("BEVT: the mask has \(hidden.count) cells, wanted are \(tokens.shape[0]) × \(cells)")
    }
    var mask = [UInt8](repeating: 0, count: tokens.shape[0] * grid.count)
    for line in 0..<tokens.shape[0] * grid.time * grid.height {
      let (plane, row) = line.quotientAndRemainder(dividingBy: grid.height)
      for column in 0..<grid.width {
        let cell = (plane * cells.height + row / scale) * cells.width + column / scale
        mask[line * grid.width + column] = hidden[cell]
      }
    }
    let maps = stages(tokens.replacing(mask, with: maskToken.value), grid: grid, isImage: isImage, pass)
    // There are at least two stages.
    return (maps[maps.count - 2], maps[maps.count - 1])
  }
}
