/// A network that can say what a training step keeps of a clip.
public protocol ActivationBounded {
  /// Numbers that a training step keeps of each clip for the gradients, at least: the outputs of the linear layers, without
  /// what norms, attention and activations keep besides.
  var keptValuesPerClip: Int { get }
}

/// What a block of attention and MLP keeps of a token of `width`: queries, keys and values, the projection, the MLP's hidden
/// values and its output.
private func keptValues(tokens: Int, blocks: Int, width: Int, mlpRatio: Double = 4) -> Int {
  let each = Double(tokens) * Double(blocks) * Double(width) * (5 + mlpRatio)
  return each < 0x1p62 ? Int(each) : 1 << 62
}

extension SpaceTimeConfiguration {
  /// Without class tokens, and without the temporal stack.
  fileprivate var keptValuesPerClip: Int {
    let tokens = stepCount * patchesPerSide * patchesPerSide
    // Attention over time has queries, keys, values and two projections of its own.
    let time = attention == .divided ? keptValues(tokens: tokens, blocks: depth, width: dimension, mlpRatio: 0) : 0
    return time + keptValues(tokens: tokens, blocks: depth, width: dimension)
  }
}

extension TimeSformer: ActivationBounded {
  public var keptValuesPerClip: Int { configuration.keptValuesPerClip }
}

extension ViViT: ActivationBounded {
  public var keptValuesPerClip: Int { configuration.keptValuesPerClip }
}

extension VideoMAEConfiguration {
  fileprivate var tokenCount: Int { tokenGrid.count }
}

extension VideoMAE: ActivationBounded {
  /// Of the decoder: how much of a clip the encoder sees is the mask's matter.
  public var keptValuesPerClip: Int {
    keptValues(
      tokens: configuration.tokenCount, blocks: configuration.decoderDepth, width: configuration.decoderDimension,
      mlpRatio: configuration.mlpRatio)
  }
}

extension VideoViT: ActivationBounded {
  public var keptValuesPerClip: Int {
    keptValues(
      tokens: configuration.tokenCount, blocks: configuration.depth, width: configuration.dimension,
      mlpRatio: configuration.mlpRatio)
  }
}

extension SimVTP: ActivationBounded {
  /// Of videos: how long texts are is theirs to decide.
  public var keptValuesPerClip: Int { video.keptValuesPerClip }
}

extension SimVTPTowers: ActivationBounded {
  /// Of videos, as a ``SimVTP`` has them.
  public var keptValuesPerClip: Int {
    keptValues(
      tokens: configuration.video.tokenCount, blocks: configuration.video.depth, width: configuration.video.dimension,
      mlpRatio: configuration.video.mlpRatio)
  }
}

extension MViTConfiguration {
  /// As if all blocks had the few tokens of the last one, and the width of the first.
  fileprivate var keptValuesPerClip: Int {
    let tokens = frameCount / tokenSize.time * (imageSize / tokenSize.height) * (imageSize / tokenSize.width)
    return keptValues(tokens: tokens, blocks: depth, width: dimension, mlpRatio: mlpRatio)
  }
}

extension MViT: ActivationBounded {
  public var keptValuesPerClip: Int { configuration.keptValuesPerClip }
}

extension MViTv2: ActivationBounded {
  public var keptValuesPerClip: Int { configuration.keptValuesPerClip }
}

extension VideoSwin: ActivationBounded {
  public var keptValuesPerClip: Int {
    let patch = configuration.patch
    return configuration.depths.enumerated().reduce(0) { sum, stage in
      let side = configuration.imageSize >> stage.offset
      let tokens = (configuration.frameCount / patch.time) * (side / patch.height) * (side / patch.width)
      return sum
        + keptValues(
          tokens: tokens, blocks: stage.element, width: configuration.dimension << stage.offset,
          mlpRatio: configuration.mlpRatio)
    }
  }
}

extension Classifier: ActivationBounded {
  /// Those of the backbone, if it learns.
  public var keptValuesPerClip: Int {
    parameters.frozen.isEmpty ? (backbone as? any ActivationBounded)?.keptValuesPerClip ?? 0 : 0
  }
}

extension CLIP: ActivationBounded {
  /// Of a clip of one frame: how many frames clips have, the recipe decides.
  public var keptValuesPerClip: Int {
    keptValues(
      tokens: configuration.patchesPerSide * configuration.patchesPerSide + 1, blocks: configuration.visionLayers,
      width: configuration.visionWidth)
  }
}
