public import SluiceNN
public import SluiceSamples
public import SluiceTensor

/// A network that gives videos and texts features of one kind: the features of what belongs together are similar.
///
/// Neither side sees the other, so that a video and a text are embedded once each, however many they are compared with.
public protocol RetrievalTowers: Sendable {
  /// The parameters of both towers.
  var parameters: ParameterStore { get }

  /// A feature of each clip, of any length, without random decisions.
  /// - Parameter clips: `[B, 3, T, H, W]`, normalized.
  /// - Returns: `[B, D]`.
  /// - Throws: an error that prints both shapes if the clips do not fit the network.
  func videoFeatures(of clips: Tensor) throws -> Tensor

  /// A feature of each text, of any length, without random decisions.
  /// - Returns: `[B, D]`.
  /// - Throws: an error that says what of the texts does not fit the network.
  func textFeatures(of texts: PaddedTexts) throws -> Tensor
}

/// How captions become what a network reads.
public struct TextEncoding: Sendable {
  /// The token ids of a caption, its first and its last token included, without padding.
  public let ids: @Sendable (String) -> [Int]
  /// The id that texts are filled up with.
  public let padding: Int
  /// Tokens that all texts are filled up to; those of the longest of a batch if `nil`.
  public let width: Int?

  /// - Parameter ids: gives two or more ids, and no more than `width`.
  public init(padding: Int, to width: Int? = nil, ids: @escaping @Sendable (_ caption: String) -> [Int]) {
    (self.padding, self.width, self.ids) = (padding, width, ids)
  }
}
