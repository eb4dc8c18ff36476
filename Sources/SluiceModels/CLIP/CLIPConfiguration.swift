/// The shape of a CLIP.
///
/// ```swift
/// let published = CLIPConfiguration.named("ViT-B/32")
/// ```
/// - Source: Radford et al., "Learning transferable visual models from natural language supervision", ICML 2021.
public struct CLIPConfiguration: Sendable, Equatable {
  /// Width of a feature, of images and of texts.
  public var embedding: Int
  /// Pixels of an image's side.
  public var imageSize: Int
  /// Pixels of a patch's side.
  public var patchSize: Int
  public var visionWidth: Int
  public var visionLayers: Int
  public var visionHeads: Int
  public var textWidth: Int
  public var textLayers: Int
  public var textHeads: Int
  /// Tokens of every text, filled up with token 0.
  public var contextLength: Int = 77
  public var vocabularySize: Int
  /// Dropout of attention and stochastic depth, in the last block of the vision tower; less in those before it.
  public var dropRate: Double = 0
  /// Dropout of tokens behind the embedding.
  public var embeddingDropout: Double = 0
  /// Frames of a video that the vision tower sees together; each by itself if `nil`.
  public var jointFrames: Int?

  /// As many heads as make 64 numbers each, and one in towers that are narrower.
  public init(
    embedding: Int, imageSize: Int, patchSize: Int, visionWidth: Int, visionLayers: Int, textWidth: Int,
    textLayers: Int, vocabularySize: Int
  ) {
    self.embedding = embedding
    self.imageSize = imageSize
    self.patchSize = patchSize
    self.visionWidth = visionWidth
    self.visionLayers = visionLayers
    visionHeads = max(1, visionWidth / 64)
    self.textWidth = textWidth
    self.textLayers = textLayers
    textHeads = max(1, textWidth / 64)
    self.vocabularySize = vocabularySize
  }

  /// The published shape of that name: `ViT-B/32`, `ViT-B/16`, `ViT-L/14`, `ViT-L/14@336px` or, as BIKE writes it,
  /// `ViT-L/14-336px`; `nil` for any other.
  public static func named(_ name: String) -> CLIPConfiguration? {
    published.first { $0.names.contains(name) }?.shape
  }

  /// The names of the published shapes.
  public static var publishedNames: [String] { published.map { $0.names[0] } }

  private static let published: [(names: [String], shape: CLIPConfiguration)] = [
    (["ViT-B/32"], base(patch: 32)), (["ViT-B/16"], base(patch: 16)), (["ViT-L/14"], large(224)),
    (["ViT-L/14-336px", "ViT-L/14@336px"], large(336)),
  ]

  private static func base(patch: Int) -> CLIPConfiguration {
    CLIPConfiguration(
      embedding: 512, imageSize: 224, patchSize: patch, visionWidth: 768, visionLayers: 12, textWidth: 512,
      textLayers: 12, vocabularySize: 49_408)
  }

  private static func large(_ size: Int) -> CLIPConfiguration {
    CLIPConfiguration(
      embedding: 768, imageSize: size, patchSize: 14, visionWidth: 1024, visionLayers: 24, textWidth: 768,
      textLayers: 12, vocabularySize: 49_408)
  }

  /// Patches along an image's side.
  public var patchesPerSide: Int { imageSize / patchSize }

  /// Throws unless every size is positive and divides as it must.
  func validate() throws(ModelError) {
    let sizes = [
      embedding, imageSize, patchSize, visionWidth, visionLayers, visionHeads, textWidth, textLayers, textHeads,
      contextLength, vocabularySize, jointFrames ?? 1,
    ]
    guard sizes.allSatisfy({ $0 > 0 }) else {
      throw ModelError("CLIP: every size must be at least 1, found \(sizes)")
    }
    guard imageSize % patchSize == 0 else {
      throw ModelError(
        "CLIP: patches of \(patchSize) pixels do not divide images of \(imageSize). Change the size of the images")
    }
    try TokenLimit.check("CLIP", (jointFrames ?? 1, patchesPerSide, patchesPerSide))
    guard visionWidth % visionHeads == 0, textWidth % textHeads == 0 else {
      throw ModelError(
        "CLIP: \(visionHeads) and \(textHeads) heads do not divide widths of \(visionWidth) and \(textWidth)")
    }
    guard (0..<1).contains(dropRate), (0..<1).contains(embeddingDropout) else {
      throw ModelError("CLIP: dropRate is \(dropRate) and embeddingDropout \(embeddingDropout), wanted is 0 ..< 1")
    }
  }
}
