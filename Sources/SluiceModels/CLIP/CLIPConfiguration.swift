/// The shape of a ``CLIP``.
/// - Source: Radford et al., "Learning transferable visual models from natural language supervision", ICML 2021.
public struct CLIPConfiguration: Sendable, Equatable {
  /// Width of the features that both towers end in.
  public var embedding: Int
  /// Height and width of images, pixels.
  public var imageSize: Int
  /// Height and width of a patch, pixels.
  public var patchSize: Int
  public var visionWidth: Int
  public var visionLayers: Int
  public var visionHeads: Int
  public var textWidth: Int
  public var textLayers: Int
  public var textHeads: Int
  /// Tokens of a text, those it is filled up with included.
  public var contextLength: Int = 77
  public var vocabularySize: Int
  /// How often the last block of the vision tower drops attention and token positions in training; less below.
  public var dropRate: Double = 0
  /// The probability that a number of an embedded sequence is dropped in training.
  public var embeddingDropout: Double = 0
  /// Frames of a clip that the vision tower attends to together; each alone if `nil`.
  public var jointFrames: Int?

  /// Towers with a head for each 64 of their widths, at least one.
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

  /// The published network of that name: `ViT-B/32`, `ViT-B/16`, `ViT-L/14`, `ViT-L/14-336px` or `ViT-L/14@336px`.
  public static func named(_ arch: String) -> CLIPConfiguration? {
    func network(_ patch: Int, isLarge: Bool, image: Int = 224) -> CLIPConfiguration {
      CLIPConfiguration(
        embedding: isLarge ? 768 : 512, imageSize: image, patchSize: patch, visionWidth: isLarge ? 1024 : 768,
        visionLayers: isLarge ? 24 : 12, textWidth: isLarge ? 768 : 512, textLayers: 12, vocabularySize: 49_408)
    }
    switch arch {
    case "ViT-B/32": return network(32, isLarge: false)
    case "ViT-B/16": return network(16, isLarge: false)
    case "ViT-L/14": return network(14, isLarge: true)
    case "ViT-L/14-336px", "ViT-L/14@336px": return network(14, isLarge: true, image: 336)
    default: return nil
    }
  }

  /// Patches along a side.
  var grid: Int { imageSize / max(patchSize, 1) }

  /// The rate of each block of the vision tower; the text tower has the first of them.
  func dropRate(of block: Int) -> Double {
    visionLayers > 1 ? dropRate * Double(block) / Double(visionLayers - 1) : 0
  }

  /// Throws unless every size can be.
  func validate() throws(ModelError) {
    let sizes = [embedding, patchSize, grid, visionLayers, textLayers, contextLength, vocabularySize, jointFrames ?? 1]
    guard sizes.allSatisfy({ $0 > 0 }), imageSize.isMultiple(of: patchSize) else {
      throw ModelError("CLIP: images of \(imageSize) pixels in patches of \(patchSize), wanted are whole patches")
    }
    for (width, heads) in [(visionWidth, visionHeads), (textWidth, textHeads)]
    where width < 1 || heads < 1 || !width.isMultiple(of: heads) {
      throw ModelError("CLIP: \(heads) heads do not divide a width of \(width)")
    }
  }
}
