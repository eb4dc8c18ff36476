public import SluiceNN
public import SluiceTensor

/// A network that predicts something for each token of a clip of which some are hidden.
public protocol MaskedBackbone: PublishedModel {
  /// The parameters that predicting has and a classifier on the same network has not; `*` stands for any run of characters.
  ///
  /// They begin anew where a checkpoint's are for another target, or absent. None unless a network says so.
  var predictionParameters: [String] { get }

  /// What is predicted for each token of the grid, `[B, N, width]`, without class token.
  /// - Parameters:
  ///   - clips: `[B, 3, T, H, W]`, normalized.
  ///   - hidden: row-major `[B, t, h, w]` on the token grid, 1 where a token is hidden.
  func prediction(of clips: Tensor, hidden: [UInt8], _ pass: ForwardPass) throws(ModelError) -> Tensor
}

extension MaskedBackbone {
  public var predictionParameters: [String] { [] }
}

extension MViT: MaskedBackbone {
  public var predictionParameters: [String] { ["model.mask_token", "model.decoder_pred.*"] }
}

extension MViTv2: MaskedBackbone {
  public var predictionParameters: [String] { ["mask_token", "pred_head.*"] }
}

extension VideoMAE: MaskedBackbone {
  /// Its decoder is as large a part of it as a network is of a classifier.
  public var predictionParameters: [String] { ["decoder.head.*"] }
}
