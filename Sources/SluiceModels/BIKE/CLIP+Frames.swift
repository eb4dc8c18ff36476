package import SluiceNN
package import SluiceTensor

extension CLIP {
  /// A feature of each frame of each clip, `[B, T, E]`; of a tower that reads a clip's frames together one for the clip,
  /// `[B, 1, E]`.
  /// - Parameters:
  ///   - clips: `[B, 3, T, R, R]`, normalized.
  ///   - chunk: clips that go through the tower at a time, without keeping what gradients need; all for 0.
  ///   - learns: whether gradients flow; else the tower runs as in evaluation.
  /// - Throws: ``ModelError`` if clips are of another size.
  package func frameFeatures(
    of clips: Tensor, chunk: Int, learns: Bool, _ pass: ForwardPass
  ) throws -> Tensor {
    guard learns else {
      return try withoutGradients { try frameFeatures(of: clips, chunk: chunk, learns: true, .evaluation) }
    }
    guard clips.shape.rank == 5, clips.count > 0 else {
      throw ModelError("CLIP: clips are \(clips.shape), wanted are [B, 3, T, R, R]")
    }
    let shape = clips.shape
    let rows = try pass.inParts(of: chunk, samples: shape[0]) { [self] samples, pass in
      let part = samples.count == shape[0] ? clips : clips.slice(samples, axis: 0)
      let frames = part.permuted(0, 2, 1, 3, 4)
      return try imageFeatures(
        of: frames.reshaped(samples.count * shape[2], shape[1], shape[3], shape[4]), pass)
    }
    return rows.reshaped(shape[0], -1, rows.shape[-1])
  }
}
