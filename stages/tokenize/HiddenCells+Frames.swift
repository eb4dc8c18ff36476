internal import SluiceSamples

extension TokenMask {
  /// The hidden cells of some frames: their numbers over all frames of the clip, and over these frames alone.
  /// - Parameter span: frames of a time step.
  func hiddenCells(ofFrames frames: [Int], span: Int = 1) -> (cells: [Int], rows: [Int]) {
    let area = self.rows * columns
    var (cells, rows): ([Int], [Int]) = ([], [])
    for (index, frame) in frames.enumerated() {
      for cell in 0..<area where values[frame / span * area + cell] != 0 {
        cells.append(frame * area + cell)
        rows.append(index * area + cell)
      }
    }
    return (cells, rows)
  }
}

/// Hidden cells of several samples as one list, their numbers counted on.
/// - Parameter samples: the hidden cells of each, and how many cells it has in all.
func joined(_ samples: some Sequence<(cells: [Int], count: Int)>) -> [Int] {
  var (cells, start): ([Int], Int) = ([], 0)
  for sample in samples {
    for cell in sample.cells { cells.append(start + cell) }
    start += sample.count
  }
  return cells
}
