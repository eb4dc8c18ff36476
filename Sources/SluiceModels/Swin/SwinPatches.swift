package import SluiceNN
package import SluiceTensor

/// Patches of clips, or of images, as tokens.
package struct SwinPatches: Sendable {
  private let embedding: PatchEmbedding
  private let norm: LayerNorm?
  private let patch: GridStride

  /// Declares `proj` and `norm` in `scope`; an image's filters have no time axis.
  package init(_ scope: ParameterScope, _ configuration: SwinConfiguration, isImage: Bool = false) {
    let size = configuration.patch
    patch = isImage ? GridStride(1, size.height, size.height) : size
    embedding = PatchEmbedding(
      scope["proj"], outputs: configuration.dimension, kernel: patch, stride: patch, padding: [0, 0, 0],
      weight: .reciprocalRoot(inputs: 3 * patch.count), hasTimeAxis: !isImage)
    norm =
      configuration.normalizesPatches
      ? LayerNorm(scope["norm"], dimension: configuration.dimension, epsilon: 1e-5) : nil
  }

  /// The grid of tokens of frames of this size.
  package func grid(of clips: Tensor) -> GridStride {
    GridStride(clips.shape[2], clips.shape[3], clips.shape[4]).map(patch) { ($0 + $1 - 1) / $1 }
  }

  /// `[B, t·h·w, D]` of `[B, 3, T, H, W]`; axes that patches do not divide are padded with zeros at their ends.
  package func callAsFunction(_ clips: Tensor) -> Tensor {
    var clips = clips
    for (axis, size) in zip([2, 3, 4], patch.axes) where clips.shape[axis] % size != 0 {
      let missing = size - clips.shape[axis] % size
      var shape = clips.shape.dimensions
      shape[axis] = missing
      clips = .concatenated([clips, .zeros(Shape(shape))], axis: axis)
    }
    let tokens = embedding(clips)
    return norm.map { $0(tokens) } ?? tokens
  }
}
