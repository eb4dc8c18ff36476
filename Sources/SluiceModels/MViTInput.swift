internal import SluiceTensor

extension MViTConfiguration {
  /// Tokens before those of the grid.
  var classTokens: Int { hasClassToken ? 1 : 0 }

  /// The rows of the grid, `[B, N, D]`, of all rows.
  func grid(of rows: Tensor) -> Tensor { rows.slice(classTokens..<rows.shape[1], axis: 1) }

  /// One feature per clip, `[B, D]`, of all rows.
  func feature(of rows: Tensor) -> Tensor {
    switch pooling {
    case .classToken: rows.slice(0..<1, axis: 1).reshaped(rows.shape[0], rows.shape[2])
    case .mean: grid(of: rows).mean(over: 1)
    }
  }

  /// A token mask on the patch grid.
  func enlarged(_ hidden: [UInt8]) -> [UInt8] {
    let (tokens, patches) = (tokenGrid, patchGrid)
    let (rowRepeat, columnRepeat) = (patches.height / tokens.height, patches.width / tokens.width)
    var mask: [UInt8] = []
    mask.reserveCapacity(hidden.count * rowRepeat * columnRepeat)
    for plane in 0..<hidden.count / (tokens.height * tokens.width) {
      for row in 0..<patches.height {
        let start = (plane * tokens.height + row / rowRepeat) * tokens.width
        for column in 0..<patches.width { mask.append(hidden[start + column / columnRepeat]) }
      }
    }
    return mask
  }

  /// Throws unless clips and mask are of the configuration's size.
  func check(_ clips: Tensor, _ hidden: [UInt8]?) throws(ModelError) {
    let batch = clips.shape.rank > 0 ? clips.shape[0] : 0
    let wanted: Shape = [batch, 3, frameCount, imageSize, imageSize]
    guard clips.shape == wanted else {
      throw ModelError(
        "MViT: clips are \(clips.shape), wanted are \(wanted). Change the sampling, the crop or the model")
    }
    let grid = tokenGrid
    guard let hidden, hidden.count != batch * grid.count else { return }
    throw ModelError(
      "MViT: the mask of \(batch) clips has \(hidden.count) entries, wanted are \(batch) × \(grid). Give the mask stage "
        + "this token grid")
  }
}
