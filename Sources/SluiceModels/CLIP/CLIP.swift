public import SluiceNN
public import SluiceTensor

/// The shape of a CLIP.
public struct CLIPConfiguration: Sendable, Equatable {
  public var embedding: Int
  public var imageSize: Int
  public var patchSize: Int
  public var visionWidth: Int
  public var visionLayers: Int
  public var visionHeads: Int
  public var textWidth: Int
  public var textLayers: Int
  public var textHeads: Int
  public var contextLength: Int = 77
  public var vocabularySize: Int
  public var dropRate: Double = 0
  public var embeddingDropout: Double = 0
  public var jointFrames: Int?

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

  public static func named(_ arch: String) -> CLIPConfiguration? { nil }
}

/// Two towers.
public struct CLIP: PublishedModel {
  public let configuration: CLIPConfiguration
  public let parameters: ParameterStore = ParameterStore()

  public init(_ configuration: CLIPConfiguration) throws(ModelError) {
    self.configuration = configuration
  }

  public func imageFeatures(of images: Tensor, _ pass: ForwardPass = .evaluation) throws(ModelError) -> Tensor {
    throw ModelError("joint")
  }

  public func textFeatures(
    of ids: [Int32], count: Int, _ pass: ForwardPass = .evaluation
  ) throws(ModelError) -> CLIPTexts {
    throw ModelError("joint")
  }

  public func scale() -> Tensor { .zeros([]) }
}

/// Features of texts.
public struct CLIPTexts: Sendable {
  public let sentences: Tensor
  public let tokens: Tensor

  public init(sentences: Tensor, tokens: Tensor) {
    self.sentences = sentences
    self.tokens = tokens
  }
}

package struct CLIPBlock: Sendable {
  package struct Initial: Sendable {
    package static func head(width: Int) -> Initial { Initial() }
  }

  package init(_ scope: ParameterScope, width: Int, heads: Int, epsilon: Float = 1e-5, initial: Initial) {}

  package func callAsFunction(_ rows: Tensor, mask: Tensor?, _ pass: ForwardPass) -> Tensor { rows }
}
