public import SluiceTensor

/// What a masked model is to predict where HOG is the target.
public struct HOGTargets: Sendable {
  /// The frames that have targets, ascending; the loss reads no others.
  public let frames: [Int]
  /// `[frames.count, rows, columns, 27 n²]`: for each token of the grid its `n` by `n` cells of 8×8 pixels.
  public let values: Tensor

  public init(frames: [Int], values: Tensor) {
    precondition(
      values.shape.rank == 4 && values.shape[0] == frames.count,
      "HOG targets of \(frames.count) frames have shape \(values.shape)")
    self.frames = frames
    self.values = values
  }
}
