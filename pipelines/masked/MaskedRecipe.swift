public import SluiceFlow
internal import SluiceMask
internal import SluiceModels
internal import SluiceNN
internal import SluiceSamples
public import SluiceTokenize
internal import SluiceTraining

/// How a masked model is pre-trained: what is hidden, what is predicted, and how the parameters follow.
public struct MaskedRecipe: Sendable, Equatable {
  /// How gradients of HOG are taken.
  public enum Gradients: String, Sendable, CaseIterable {
    case skimage
    case sobel

    var target: HOGTarget.Operator { self == .skimage ? .central : .sobel }
  }

  /// What is hidden.
  public enum Mask: String, Sendable, CaseIterable {
    /// A few runs of time steps that share a plane of blocks.
    case cube
    /// Boxes in time and space, two fifths of the volume.
    case block3d
    /// The same random positions in all time steps.
    case tube
    /// Random tokens.
    case random
  }

  public var target: TargetKind = .hog
  public var hog: Gradients = .skimage
  /// Whether each color of each token's pixels is brought to mean 0 and deviation 1; otherwise values in 0…1 are predicted.
  public var normalizesPixels: Bool = true
  public var mask: Mask = .cube
  /// Share of what the mask hides: of the time steps and positions of cubes, else of the tokens.
  public var maskRatio: Double = 0.4
  /// Which frames have HOG targets, where there are no cubes.
  public var targetFrames: HOGTarget.Frames = .firstOfSteps
  public var frames: FrameRecipe = FrameRecipe(stride: 4)
  public var clips: ClipRecipe = ClipRecipe(minimumScale: 0.5)
  public var optimizer: OptimizerRecipe

  public init(learningRate: Double) {
    optimizer = OptimizerRecipe(learningRate: learningRate)
    optimizer.batchSize = 16
    optimizer.epochs = 300
  }

  /// The targets of HOG: of the centers of cubes where there are cubes, else of each time step.
  /// - Parameter patchSize: pixels of a token's side.
  /// - Throws: ``RunError`` if tokens have no whole cells.
  func hogTarget(patchSize: Int) throws(RunError) -> HOGTarget {
    try HOG.requireWholeCells(inTokensOf: patchSize)
    return HOGTarget(hog.target, frames: mask == .cube ? .centersOfCubes : targetFrames, patchSize: patchSize)
  }

  /// The stage that hides tokens of `span` frames and `size` by `size` pixels of frames of `imageSize`.
  func masking(span: Int, size: Int, imageSize: Int) -> Segment<Clip, MaskedClip> {
    let window = imageSize % (2 * size) == 0 ? 2 * size : size
    return switch mask {
    case .cube: Segment { CubeMask(ratio: maskRatio, tubeletSize: span, patchSize: size) }
    case .block3d: Segment { BlockMask(ratio: maskRatio, tubeletSize: span, patchSize: size, windowSize: window) }
    case .tube: Segment { TubeMask(ratio: maskRatio, tubeletSize: span, patchSize: size) }
    case .random: Segment { RandomMask(ratio: maskRatio, tubeletSize: span, patchSize: size) }
    }
  }
}

extension MaskedRecipe {
  /// What a batch costs with the tokens hidden that the mask hides, and with none; empty where that is the same.
  /// - Throws: ``RunError`` if the mask hides none, or leaves none, of a network that is given the visible ones alone.
  func hidingCosts(in network: any MaskedBackbone) throws(RunError) -> [HidingCost] {
    guard let encoder = network as? any VisibleTokenEncoder, let hidden = hiddenCount(of: encoder.tokenGrid) else {
      return []
    }
    let count = encoder.tokenGrid.count
    guard hidden > 0, hidden < count else {
      throw RunError(
        .configuration,
        "recipe.maskRatio=\(maskRatio) hides \(hidden) of \(count) tokens of a clip; at least one must be hidden, and one be "
          + "seen. The published ratio is 0.9.")
    }
    return encoder.costs(hiding: hidden, clips: optimizer.batchSize)
  }

  /// Tokens of a clip that the mask hides, where that is one number.
  private func hiddenCount(of grid: GridStride) -> Int? {
    switch mask {
    case .tube: Int(maskRatio * Double(grid.height * grid.width)) * grid.time
    case .random: Int(maskRatio * Double(grid.count))
    case .cube, .block3d: nil
    }
  }
}

extension MaskedRecipe: Configurable {
  public static var settings: [Setting<Self>] { settings(masks: Mask.allCases) }

  /// - Parameter masks: those that a network can be trained with.
  static func settings(masks: [Mask]) -> [Setting<Self>] {
    let own: [Setting<Self>] = [
      Setting("recipe.target", \.target),
      Setting("recipe.hog", \.hog).applying(when: "recipe.target is hog") { $0.target == .hog },
      Setting("recipe.normalizesPixels", \.normalizesPixels)
        .applying(when: "recipe.target is pixels") { $0.target == .pixels },
      Setting("recipe.mask", \.mask, among: masks), Setting("recipe.maskRatio", \.maskRatio, in: 0...1),
      Setting("recipe.frames", \.targetFrames, among: [.firstOfSteps, .lastOfSteps])
        .applying(when: "recipe.target is hog and recipe.mask is not cube") { $0.target == .hog && $0.mask != .cube },
    ]
    return own + OptimizerRecipe.settings.map { $0.inside(\.optimizer) }
      + FrameRecipe.settings.map { $0.inside(\.frames) }
      + ClipRecipe.settings(isEvaluated: false).map { $0.inside(\.clips) }
  }
}

extension HOG {
  /// - Throws: ``RunError`` if tokens have no whole cells.
  static func requireWholeCells(inTokensOf patchSize: Int) throws(RunError) {
    guard patchSize % cellSize != 0 else { return }
    throw RunError(
      .configuration,
      "HOG has cells of \(cellSize) pixels, and tokens of \(patchSize) have no whole ones. Take patches of a multiple of "
        + "\(cellSize), or --target pixels.")
  }
}
