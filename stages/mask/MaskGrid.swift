package import SluiceSamples

/// The token grid of a clip.
package struct MaskGrid: Sendable, Equatable {
  package var steps: Int
  package var rows: Int
  package var columns: Int

  package init(steps: Int, rows: Int, columns: Int) {
    self.steps = steps
    self.rows = rows
    self.columns = columns
  }

  /// The grid of tokens of `tubeletSize` frames and `patchSize` by `patchSize` pixels.
  package init(of clip: Clip, tubeletSize: Int, patchSize: Int) throws(MaskError) {
    let shape = clip.values.shape.dimensions
    guard shape.count == 4, tubeletSize > 0, patchSize > 0, shape[1] % tubeletSize == 0, shape[2] % patchSize == 0,
      shape[3] % patchSize == 0
    else { throw .indivisible(clip: shape, tubeletSize: tubeletSize, patchSize: patchSize) }
    self.init(steps: shape[1] / tubeletSize, rows: shape[2] / patchSize, columns: shape[3] / patchSize)
  }

  package var area: Int { rows * columns }
}
