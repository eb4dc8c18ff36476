internal import SluiceNN
package import SluiceTensor

/// Tables of distances within windows of attention: a row for each distance in time, height and width, in this order.
extension ShapeFit {
  /// A table `[(2h − 1)(2w − 1), heads]` of windows of images for windows of clips of `window` steps, rows and columns.
  ///
  /// Where the sides differ the stored window is taken for a square one and resized bicubically; the rows are then
  /// repeated for each distance in time.
  /// - Source: BEVT, `inflate_weights`.
  public static func imageWindow(_ window: [Int]) -> ShapeFit {
    let extents = window.map { 2 * $0 - 1 }
    let plane = extents[1] * extents[2]
    return ShapeFit(
      isAsked: false,
      fits: { stored, wanted in
        areDistances(stored, wanted, extents) && (stored[0] == plane || side(stored[0]) != nil)
      },
      value: { table, wanted in
        var rows = table
        if table.shape[0] != plane, let side = side(table.shape[0]) {
          rows = resized(table, from: [1, side, side], to: [1, extents[1], extents[2]]) { .cubic(from: $0, to: $1) }
        }
        return .concatenated([Tensor](repeating: rows, count: extents[0]), axis: 0)
      })
  }

  /// A table of windows of clips of other extents for those of `window` steps, rows and columns, linearly along each axis.
  ///
  /// The stored windows have as many rows and columns, or as many steps and equal sides.
  /// - Source: BEVT, `init_weights` with `pretrained_window_size`.
  public static func clipWindow(_ window: [Int]) -> ShapeFit {
    let extents = window.map { 2 * $0 - 1 }
    return ShapeFit(
      isAsked: true,
      fits: { stored, wanted in
        areDistances(stored, wanted, extents) && storedExtents(stored[0], extents) != nil
      },
      value: { table, _ in
        // Checked when it was said to fit.
        linearlyResized(table, from: storedExtents(table.shape[0], extents)!, to: extents)
      })
  }

  /// A table `[t · h · w, heads]` of distances for other extents, linearly along each axis.
  package static func linearlyResized(_ table: Tensor, from old: [Int], to new: [Int]) -> Tensor {
    resized(table, from: old, to: new) { .linear(from: $0, to: $1) }
  }

  private static func resized(
    _ table: Tensor, from old: [Int], to new: [Int], _ resampling: (_ old: Int, _ new: Int) -> Resampling
  ) -> Tensor {
    var values = table.reshaped(Shape(old + [table.shape[1]]))
    for axis in 0..<3 where old[axis] != new[axis] {
      values = resampling(old[axis], new[axis])(values, axis: axis)
    }
    return values.reshaped(new.reduce(1, *), table.shape[1])
  }

  private static func areDistances(_ stored: [Int], _ wanted: [Int], _ extents: [Int]) -> Bool {
    stored.count == 2 && wanted.count == 2 && stored[1] == wanted[1] && wanted[0] == extents.reduce(1, *)
  }

  /// The extents of a stored table of so many rows.
  private static func storedExtents(_ count: Int, _ extents: [Int]) -> [Int]? {
    let plane = extents[1] * extents[2]
    if count % plane == 0, count / plane % 2 == 1 { return [count / plane, extents[1], extents[2]] }
    guard count % extents[0] == 0, let side = side(count / extents[0]), side % 2 == 1 else { return nil }
    return [extents[0], side, side]
  }
}
