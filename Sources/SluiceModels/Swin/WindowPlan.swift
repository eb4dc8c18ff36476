package import SluiceTensor

/// How the tokens of a grid are divided into windows of attention: which token stands where, and who may not see whom.
package struct WindowPlan: Sendable {
  /// From the grid to its windows, window by window; and the way back is its inverse.
  package let windows: TokenMap
  /// Windows of a sample.
  package let windowCount: Int
  /// Tokens of a window.
  package let tokenCount: Int
  /// `[windows, 1, tokens, tokens]`: 0, or -100 between tokens that only a shift has made neighbors; `nil` without any.
  package let mask: Tensor?

  /// The windows of a clip's grid, shifted or not.
  ///
  /// An axis that is no longer than the window is one window and is never shifted. Grids are padded with zeros at their
  /// ends, and padding is attended to.
  package static func video(grid: GridStride, window: GridStride, isShifted: Bool) -> WindowPlan {
    let used = grid.map(window, min)
    let shift = shift(of: grid, window: window)
    let padded = grid.map(used) { ($0 + $1 - 1) / $1 * $1 }
    let moves = isShifted && shift.axes.contains { $0 > 0 }
    return WindowPlan(
      grid: grid, padded: padded, window: used, roll: moves ? shift : [0, 0, 0],
      regions: moves ? regions(of: padded, window: used, shift: shift) : nil)
  }

  /// The square windows of an image's grid, which they divide; regions are told by the shift in unshifted blocks too,
  /// unless `masksUnshifted` is off, and windows never shrink.
  package static func image(grid: GridStride, window side: Int, isShifted: Bool, masksUnshifted: Bool) -> WindowPlan {
    let (window, shift): (GridStride, GridStride) = ([1, side, side], [0, side / 2, side / 2])
    return WindowPlan(
      grid: grid, padded: grid, window: window, roll: isShifted ? shift : [0, 0, 0],
      regions: isShifted || masksUnshifted ? regions(of: grid, window: window, shift: shift) : nil)
  }

  /// Half a window along each axis that has more than one.
  package static func shift(of grid: GridStride, window: GridStride) -> GridStride {
    grid.map(window) { $0 <= $1 ? 0 : $1 / 2 }
  }

  /// The number of each cell's region: cells of one region were neighbors before the shift.
  private static func regions(of grid: GridStride, window: GridStride, shift: GridStride) -> [Int] {
    func intervals(_ extent: Int, _ window: Int, _ shift: Int) -> [Int] {
      (0..<extent).map { $0 >= extent - shift || shift == 0 ? 2 : $0 >= extent - window ? 1 : 0 }
    }
    let axes = zip(zip(grid.axes, window.axes), shift.axes).map { intervals($0.0, $0.1, $1) }
    return axes[0].flatMap { time in
      axes[1].flatMap { row in axes[2].map { column in 9 * time + 3 * row + column } }
    }
  }

  private init(grid: GridStride, padded: GridStride, window: GridStride, roll: GridStride, regions: [Int]?) {
    tokenCount = window.count
    windowCount = padded.count / window.count
    var cells: [Int] = []
    cells.reserveCapacity(padded.count)
    for time in stride(from: 0, to: padded.time, by: window.time) {
      for row in stride(from: 0, to: padded.height, by: window.height) {
        for column in stride(from: 0, to: padded.width, by: window.width) {
          for inner in 0..<window.count {
            let (plane, inRow) = inner.quotientAndRemainder(dividingBy: window.height * window.width)
            let (down, right) = inRow.quotientAndRemainder(dividingBy: window.width)
            cells.append(((time + plane) * padded.height + row + down) * padded.width + column + right)
          }
        }
      }
    }
    let sources = cells.map { cell -> Int? in
      let (time, row, column) = WindowPlan.position(of: cell, in: padded)
      let source = (
        time: (time + roll.time) % padded.time, row: (row + roll.height) % padded.height,
        column: (column + roll.width) % padded.width
      )
      guard source.time < grid.time, source.row < grid.height, source.column < grid.width else { return nil }
      return (source.time * grid.height + source.row) * grid.width + source.column
    }
    windows = TokenMap(sources, sourceCount: grid.count)
    let (count, tokens) = (windowCount, tokenCount)
    mask = regions.map { regions in
      Tensor([count, 1, tokens, tokens]) { elements in
        for window in 0..<count {
          for query in 0..<tokens {
            let region = regions[cells[window * tokens + query]]
            let start = (window * tokens + query) * tokens
            for key in 0..<tokens {
              elements[start + key] = regions[cells[window * tokens + key]] == region ? 0 : -100
            }
          }
        }
      }
    }
  }

  private static func position(of cell: Int, in grid: GridStride) -> (time: Int, row: Int, column: Int) {
    let (time, inPlane) = cell.quotientAndRemainder(dividingBy: grid.height * grid.width)
    let (row, column) = inPlane.quotientAndRemainder(dividingBy: grid.width)
    return (time, row, column)
  }
}
