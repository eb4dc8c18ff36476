/// The shape of a VideoMAE, and of the video ViT that is fine-tuned from it.
///
/// - Source: Tong et al., "VideoMAE: masked autoencoders are data-efficient learners for self-supervised video
///   pre-training", NeurIPS 2022.
public struct VideoMAEConfiguration: Sendable, Equatable {
  /// Frames of a clip.
  public var frameCount = 16
  /// Height of a frame, pixels.
  public var height = 224
  /// Width of a frame, pixels.
  public var width = 224
  /// Height and width of a patch, pixels.
  public var patchSize = 16
  /// Frames of a tubelet.
  public var tubeletSize = 2
  /// Width of a token in the encoder.
  public var dimension = 768
  /// Blocks of the encoder.
  public var depth = 12
  /// Heads of the encoder.
  public var headCount = 12
  /// Width of a token in the decoder.
  public var decoderDimension = 384
  /// Blocks of the decoder.
  public var decoderDepth = 4
  /// Heads of the decoder.
  public var decoderHeadCount = 6
  /// Width of an MLP over its input's.
  public var mlpRatio = 4.0
  /// Whether queries and values have a bias; keys never have.
  public var hasQueryValueBias = true
  /// What the scales of the branches begin as; `nil` without such scales.
  public var layerScale: Double?
  /// Whether the encoder's positions are learned and not a fixed table of waves; the decoder's never are.
  public var learnsPositions = false
  /// Rate of stochastic depth in the last block in fine-tuning; it grows from 0 in the first.
  public var dropPathRate = 0.0
  /// Whether a feature is the mean of all tokens and not the first one.
  public var poolsMean = true

  /// ViT-S.
  public static let small = VideoMAEConfiguration(384, depth: 12, heads: 6, decoder: 192, depth: 4, heads: 3)
  /// ViT-B.
  public static let base = VideoMAEConfiguration(768, depth: 12, heads: 12, decoder: 384, depth: 4, heads: 6)
  /// ViT-L.
  public static let large = VideoMAEConfiguration(1024, depth: 24, heads: 16, decoder: 512, depth: 12, heads: 8)
  /// ViT-H.
  public static let huge = VideoMAEConfiguration(1280, depth: 32, heads: 16, decoder: 640, depth: 12, heads: 8)

  /// A network to try things out with: minutes on two cores, of none of the published sizes.
  public static let quick: VideoMAEConfiguration = {
    var quick = VideoMAEConfiguration(128, depth: 4, heads: 4, decoder: 64, depth: 2, heads: 2)
    (quick.height, quick.width) = (96, 96)
    return quick
  }()

  private init(
    _ dimension: Int, depth: Int, heads: Int, decoder decoderDimension: Int, depth decoderDepth: Int,
    heads decoderHeads: Int
  ) {
    (self.dimension, self.depth, headCount) = (dimension, depth, heads)
    (self.decoderDimension, self.decoderDepth, decoderHeadCount) = (decoderDimension, decoderDepth, decoderHeads)
  }

  /// The grid of tokens: what masks and predictions are made for.
  public var tokenGrid: GridStride {
    GridStride(frameCount / tubeletSize, height / patchSize, width / patchSize)
  }

  /// Values of one tubelet in three colors: what is predicted for each token.
  public var predictionWidth: Int { 3 * tubeletSize * patchSize * patchSize }

  /// Throws unless every size is positive and divides as it must.
  func validate() throws(ModelError) {
    let sizes = [
      frameCount, height, width, patchSize, tubeletSize, dimension, depth, headCount, decoderDimension, decoderDepth,
      decoderHeadCount,
    ]
    guard sizes.allSatisfy({ $0 > 0 }), mlpRatio > 0 else {
      throw ModelError("VideoMAE: every size must be at least 1, found \(sizes) and mlpRatio \(mlpRatio)")
    }
    guard height % patchSize == 0, width % patchSize == 0, frameCount % tubeletSize == 0 else {
      throw ModelError(
        "VideoMAE: patches of \(patchSize) pixels and \(tubeletSize) frames do not divide \(frameCount) frames of "
          + "\(height) × \(width) pixels. Change the size of the clips or of the patches")
    }
    try TokenLimit.check("VideoMAE", (frameCount / tubeletSize, height / patchSize, width / patchSize))
    guard dimension % headCount == 0, decoderDimension % decoderHeadCount == 0 else {
      throw ModelError(
        "VideoMAE: \(headCount) and \(decoderHeadCount) heads do not divide widths of \(dimension) and \(decoderDimension)"
      )
    }
    guard (0..<1).contains(dropPathRate) else {
      throw ModelError("VideoMAE: dropPathRate is \(dropPathRate), wanted is 0 ..< 1")
    }
  }

  /// Throws unless `clips` are `[B, 3, T, H, W]` of the configuration's size.
  func check(_ clips: [Int]) throws(ModelError) {
    let wanted = [clips.first ?? 0, 3, frameCount, height, width]
    guard clips != wanted else { return }
    throw ModelError("VideoMAE: clips are \(clips), wanted are \(wanted). Change the sampling, the crop or the model")
  }
}
