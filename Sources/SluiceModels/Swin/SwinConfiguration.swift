/// The shape of a Video Swin transformer.
///
/// The stage `i` has width `dimension · 2^i`; between stages the grid is halved in height and width, never in time.
/// - Source: Liu et al., "Video Swin transformer", CVPR 2022, table 1.
public struct SwinConfiguration: Sendable, Equatable {
  /// Frames of a clip.
  public var frameCount: Int
  /// Height and width of frames, pixels.
  public var imageSize: Int
  /// Frames, rows and columns of a patch.
  public var patch: GridStride
  /// Width of the first stage.
  public var dimension: Int
  /// Blocks of each stage.
  public var depths: [Int]
  /// Heads of each stage.
  public var headCounts: [Int]
  /// Steps, rows and columns of a window of attention.
  public var window: GridStride
  /// Hidden width of an MLP as a multiple of its input's.
  public var mlpRatio: Double
  /// Whether queries, keys and values have biases.
  public var hasQueryKeyValueBias: Bool
  /// Whether patches are normalized.
  public var normalizesPatches: Bool
  /// Probability of dropping a branch of the last block; it grows from 0 along the blocks.
  public var dropPathRate: Double
  /// Whether images are masked in blocks without a shift too, as the published image weights expect.
  public var masksUnshiftedImageBlocks: Bool

  /// A network; by default with Swin's patches, ratio, biases and norms.
  public init(
    frameCount: Int = 16, imageSize: Int = 224, patch: GridStride = GridStride(2, 4, 4), dimension: Int,
    depths: [Int], headCounts: [Int], window: GridStride = GridStride(8, 7, 7), mlpRatio: Double = 4,
    hasQueryKeyValueBias: Bool = true, normalizesPatches: Bool = true, dropPathRate: Double = 0,
    masksUnshiftedImageBlocks: Bool = true
  ) {
    (self.frameCount, self.imageSize, self.patch) = (frameCount, imageSize, patch)
    (self.dimension, self.depths, self.headCounts, self.window) = (dimension, depths, headCounts, window)
    (self.mlpRatio, self.hasQueryKeyValueBias) = (mlpRatio, hasQueryKeyValueBias)
    (self.normalizesPatches, self.dropPathRate) = (normalizesPatches, dropPathRate)
    self.masksUnshiftedImageBlocks = masksUnshiftedImageBlocks
  }

  /// Small enough to train in minutes on two processors: 64 pixels, 8 frames, windows of 4×2×2.
  public static let compact = SwinConfiguration(
    frameCount: 8, imageSize: 64, dimension: 32, depths: [1, 1, 2, 1], headCounts: [1, 2, 4, 8],
    window: GridStride(4, 2, 2), dropPathRate: 0.1)
  /// Video Swin-T.
  public static let tiny = SwinConfiguration(
    dimension: 96, depths: [2, 2, 6, 2], headCounts: [3, 6, 12, 24], dropPathRate: 0.1)
  /// Video Swin-S.
  public static let small = SwinConfiguration(
    dimension: 96, depths: [2, 2, 18, 2], headCounts: [3, 6, 12, 24], dropPathRate: 0.1)
  /// Video Swin-B, the size that BEVT published.
  public static let base = SwinConfiguration(
    dimension: 128, depths: [2, 2, 18, 2], headCounts: [4, 8, 16, 32], dropPathRate: 0.3)
  /// Video Swin-L.
  public static let large = SwinConfiguration(
    dimension: 192, depths: [2, 2, 18, 2], headCounts: [6, 12, 24, 48], dropPathRate: 0.4)

  /// Width of the last stage.
  public var featureDimension: Int { dimension << (depths.count - 1) }

  /// The drop rates of all blocks in order, evenly from 0 to ``dropPathRate``, in single precision as PyTorch spaces them.
  var dropRates: [Double] {
    let count = depths.reduce(0, +)
    guard count > 1 else { return [Double](repeating: 0, count: count) }
    let step = Float(dropPathRate) / Float(count - 1)
    return (0..<count).map { index in
      // From the nearer end, so that the last rate is the one that was asked for.
      Double(index < count / 2 ? Float(index) * step : Float(dropPathRate) - Float(count - 1 - index) * step)
    }
  }

  /// Checks that the parts fit each other.
  /// - Throws: ``ModelError`` that names the field, what it is and what is wanted.
  package func validate() throws(ModelError) {
    guard !depths.isEmpty, depths.allSatisfy({ $0 > 0 }), headCounts.count == depths.count else {
      throw ModelError("Swin: depths \(depths) and headCounts \(headCounts) are wanted positive and equally many")
    }
    for (stage, heads) in headCounts.enumerated() where heads < 1 || (dimension << stage) % heads != 0 {
      throw ModelError("Swin: stage \(stage + 1) is \(dimension << stage) wide, which \(heads) heads do not divide")
    }
    guard (patch.axes + window.axes).allSatisfy({ $0 > 0 }), mlpRatio > 0, dimension > 0 else {
      throw ModelError("Swin: patch \(patch), window \(window), mlpRatio \(mlpRatio) and dimension are wanted positive")
    }
    try TokenLimit.check(
      "Swin", (frameCount / patch.time, imageSize / patch.height, imageSize / patch.width))
    guard (0..<1).contains(dropPathRate) else {
      throw ModelError("Swin: dropPathRate is \(dropPathRate), wanted is at least 0 and less than 1")
    }
  }
}
