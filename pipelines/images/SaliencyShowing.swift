package import SluiceForward
package import SluiceModels
package import SluiceTensor

/// A network of videos and texts that says how much each frame of a video counts for a text: what `sluice predict` prints and
/// `sluice show saliency` draws.
package protocol SaliencyShowing: VideoTextNetwork {
  /// Whether frames count by themselves: not where their mean is compared, or all frames of a clip become one feature.
  var weighsFrames: Bool { get }

  /// What scores are multiplied by before a softmax over the texts makes shares of them.
  var scale: Float { get }

  /// How much each frame counts for each text, `[N, K, T]`, those of a video 1 together.
  /// - Parameter frames: of ``VideoTextNetwork/frameFeatures(of:)``.
  /// - Throws: an error that prints both shapes if they are of another width.
  func saliency(of frames: Tensor, _ texts: CLIPTexts) throws -> Tensor
}

extension BIKEModel: SaliencyShowing {
  package var weighsFrames: Bool { head.configuration.interaction == .vcs && clip.configuration.jointFrames == nil }

  package var scale: Float { clip.scale().scalar }

  package func saliency(of frames: Tensor, _ texts: CLIPTexts) throws -> Tensor {
    try head.saliency(of: frames, texts)
  }
}
