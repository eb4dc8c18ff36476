public import SluiceTensor

/// A backbone whose last attention among patches can be shown on the frames it looks at.
public protocol AttentionMapping: VideoBackbone {
  /// Height and width of a patch, pixels.
  var patchSize: Int { get }

  /// A map for each time step of each clip, clip after clip.
  /// - Parameter clips: `[B, 3, T, H, W]`, normalized.
  /// - Throws: an error that prints both shapes if the clips do not fit the network.
  func attentionMaps(of clips: Tensor) throws -> [AttentionMap]
}

extension TimeSformer: AttentionMapping {
  public var patchSize: Int { configuration.patchSize }

  public func attentionMaps(of clips: Tensor) throws -> [AttentionMap] {
    try configuration.maps(of: attentionWeights(of: clips), on: clips)
  }
}

/// The spatial stack's where there are two.
extension ViViT: AttentionMapping {
  public var patchSize: Int { configuration.patchSize }

  public func attentionMaps(of clips: Tensor) throws -> [AttentionMap] {
    try configuration.maps(of: spatialWeights(of: clips), on: clips)
  }
}

extension SpaceTimeConfiguration {
  fileprivate func maps(of weights: Tensor, on clips: Tensor) -> [AttentionMap] {
    let (rows, columns) = (clips.shape[3] / patchSize, clips.shape[4] / patchSize)
    return attention == .joint
      ? AttentionMap.maps(ofJoint: weights, rows: rows, columns: columns, steps: stepCount)
      : AttentionMap.maps(of: weights, rows: rows, columns: columns)
  }
}
