/// The shape of a multiscale vision transformer.
///
/// ```swift
/// var small = MViTConfiguration.base
/// small.frameCount = 8
/// let model = try MViT(small, predictionWidth: 216)
/// ```
/// - Source: Fan et al., "Multiscale vision transformers", ICCV 2021; Wei et al., "Masked feature prediction for
///   self-supervised visual pre-training", CVPR 2022.
public struct MViTConfiguration: Sendable, Equatable {
  /// What a clip's feature is.
  public enum Pooling: String, Sendable, CaseIterable {
    /// The class token's row.
    case classToken
    /// The mean of all other rows.
    case mean
  }

  /// What the parameters begin as.
  public enum Initialization: String, Sendable {
    /// Truncated normal of deviation 0.02.
    case standard
    /// Xavier for all linears, wide position tables and patch filters that see change: for widths below 100.
    case narrow
  }

  /// Frames of a clip.
  public var frameCount = 16
  /// Height and width of a frame, pixels.
  public var imageSize = 224
  /// Width of a token after the patch embedding.
  public var dimension = 96
  /// Blocks.
  public var depth = 16
  /// Heads of the first block.
  public var headCount = 1
  /// Blocks before which the width grows, with the factor.
  public var dimensionFactors: [Int: Double] = [1: 2, 3: 2, 14: 2]
  /// Blocks at which the heads grow, with the factor.
  public var headFactors: [Int: Double] = [1: 2, 3: 2, 14: 2]
  /// Blocks that pool queries, with the stride `(t, h, w)`: the pooling stages.
  public var queryStrides: [Int: GridStride] = [1: [1, 2, 2], 3: [1, 2, 2]]
  /// Stride of keys and values in the first block; every query stride divides it.
  public var keyValueStride: GridStride = [1, 8, 8]
  /// Kernel of the pooling convolutions.
  public var poolKernel: GridStride = [3, 3, 3]
  /// Kernel of the patch convolution.
  public var patchKernel: GridStride = [3, 7, 7]
  /// Stride of the patch convolution.
  public var patchStride: GridStride = [2, 4, 4]
  /// Zero padding of the patch convolution.
  public var patchPadding: GridStride = [1, 3, 3]
  /// Width of an MLP over its input's.
  public var mlpRatio = 4.0
  /// Whether a class token is in front of the sequence.
  public var hasClassToken = true
  /// What a clip's feature is.
  public var pooling = Pooling.classToken
  /// Whether blocks that are not listed in ``queryStrides`` pool queries too, with stride 1.
  public var poolsEveryQuery = false
  /// Whether pooled queries are added to the attention's output.
  public var hasResidualPooling = false
  /// Rate of stochastic depth in the last block; it grows from 0 in the first.
  public var dropPathRate = 0.0
  /// What the parameters begin as.
  public var initialization = Initialization.standard

  /// The network of MaskFeat's video experiments: 16 frames at 224 pixels, two pooling stages.
  public static let base = MViTConfiguration()

  /// The base network with the third pooling stage of classification.
  public static let baseThreeStages: MViTConfiguration = {
    var base = MViTConfiguration()
    base.queryStrides[14] = [1, 2, 2]
    return base
  }()

  /// Four narrow blocks on 8 frames at 48 pixels: trains in minutes on two cores.
  public static let demo: MViTConfiguration = {
    var demo = MViTConfiguration()
    demo.frameCount = 8
    demo.imageSize = 48
    demo.dimension = 32
    demo.depth = 4
    demo.dimensionFactors = [1: 2]
    demo.headFactors = [1: 2]
    demo.queryStrides = [0: [1, 2, 2]]
    demo.keyValueStride = [1, 4, 4]
    demo.hasClassToken = false
    demo.pooling = .mean
    demo.poolsEveryQuery = true
    demo.hasResidualPooling = true
    demo.initialization = .narrow
    return demo
  }()

  /// Creates the base configuration, to be edited.
  public init() {}

  /// Frames and pixels that a token of the last block stands for: what masks and targets are made of.
  public var tokenSize: GridStride {
    queryStrides.filter { $0.key < depth }.values.reduce(patchStride) { $0.map($1, *) }
  }
}

/// Extents in time, height and width.
public struct GridStride: Sendable, Hashable, ExpressibleByArrayLiteral, CustomStringConvertible {
  public var time: Int
  public var height: Int
  public var width: Int

  public init(_ time: Int, _ height: Int, _ width: Int) {
    (self.time, self.height, self.width) = (time, height, width)
  }

  /// - Precondition: three elements.
  public init(arrayLiteral elements: Int...) {
    precondition(elements.count == 3, "\(elements) is not [time, height, width]")
    self.init(elements[0], elements[1], elements[2])
  }

  public var description: String { "\(time)×\(height)×\(width)" }

  /// Cells of a grid of this extent.
  public var count: Int { time * height * width }

  var axes: [Int] { [time, height, width] }

  func map(_ other: GridStride, _ transform: (Int, Int) -> Int) -> GridStride {
    GridStride(transform(time, other.time), transform(height, other.height), transform(width, other.width))
  }
}
