public import SluiceNN
public import SluiceTensor

/// A network that predicts something for each token of a clip of which some are hidden.
public protocol MaskedBackbone: Sendable {
  /// The network's parameters.
  var parameters: ParameterStore { get }

  /// What is predicted for each token of the grid, `[B, N, width]`, without class token.
  /// - Parameters:
  ///   - clips: `[B, 3, T, H, W]`, normalized.
  ///   - hidden: row-major `[B, t, h, w]` on the token grid, 1 where a token is hidden.
  func prediction(of clips: Tensor, hidden: [UInt8], _ pass: ForwardPass) throws(ModelError) -> Tensor
}

extension MViT: MaskedBackbone {}

extension MViTv2: MaskedBackbone {}

extension VideoMAE: MaskedBackbone {}
