internal import SluiceCheckpoints
internal import SluiceModels
internal import SluicePlatform
public import SluiceSamples
internal import SluiceTensor
public import SluiceTokenize
internal import SluiceTraining

/// DALL-E's encoder as a tokenizer: cells of 8 pixels, in single precision.
///
/// ```swift
/// let tokenizer = try DVAETokenizer(opening: "encoder.pkl")
/// ```
/// Reads a file as DALL-E published it (zip or legacy), safetensors, or a checkpoint of BEVT, which has the encoder inside; of
/// a folder the file `encoder.…` in it. The encoder's sizes follow from the file.
/// - Source: Ramesh et al., "Zero-shot text-to-image generation", ICML 2021.
public struct DVAETokenizer: Tokenizer {
  public let identity: String
  private let encoder: DVAEEncoder

  public var vocabularySize: Int { encoder.configuration.vocabularySize }
  public var tokenSize: Int { DVAEConfiguration.tokenSize }
  public var parameterCount: Int { encoder.parameters.elementCount }

  /// Opens the weights at `path`.
  /// - Throws: an error that names the file and what it is instead.
  public init(opening path: String) throws {
    let weights = try PublishedWeights(opening: try DVAEFile.encoder.file(at: path))
    encoder = try DVAEFile.encoder.network(of: weights, DVAEEncoder.init)
    try weights.load(into: encoder.parameters, layouts: DVAEFile.encoder.layouts, requiring: .whole)
    identity = DVAETokenizer.identity(of: encoder)
  }

  /// The vocabulary and a checksum of the weights, whatever kind of file they were in.
  private static func identity(of encoder: DVAEEncoder) -> String {
    var sum = Checksum()
    for (_, tensor) in encoder.parameters.values.sorted(by: { $0.key < $1.key }) {
      tensor.withFloats { unsafe sum.add($0.bytes) }
    }
    return "dVAE of \(encoder.configuration.vocabularySize) words, \(sum.value.padded(to: 8, radix: 16))"
  }

  public func tokens(of frames: PixelClip) throws -> [Int] {
    try Compute.current.with(.float32).run {
      try withoutGradients { try encoder.tokens(of: DVAETokenizer.mapped(frames)) }
    }
  }

  /// `[T, 3, H, W]` of 8-bit frames, in the range that the encoder reads.
  static func mapped(_ frames: PixelClip) -> Tensor {
    let area = frames.height * frames.width
    let pixels = Tensor([frames.frameCount, 3, frames.height, frames.width]) { elements in
      for frame in 0..<frames.frameCount {
        for pixel in 0..<area {
          for color in 0..<3 {
            elements[(frame * 3 + color) * area + pixel] = Float(frames.bytes[(frame * area + pixel) * 3 + color]) / 255
          }
        }
      }
    }
    return DVAEEncoder.mapped(pixels)
  }
}
