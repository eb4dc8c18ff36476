internal import SluiceKernels

extension Tensor {
  /// A convolution over maps of many features that keeps their size: zeros stand around them.
  ///
  /// Numbers of a cell lie side by side, so that what a window sees of a line is one run of memory. Windows of some lines at
  /// a time become rows of a matrix and are multiplied while they are in the processor's caches; few features, as of colors,
  /// are better off with ``convolvedToTokens(_:bias:window:)``.
  /// - Parameters:
  ///   - weight: `[D, C, k, k]` of an odd `k`.
  ///   - bias: `[D]`.
  ///   - height: rows of cells of a map.
  ///   - width: columns of cells of a map.
  /// - Returns: `[B, height · width, D]` from `[B, height · width, C]`, cells row by row.
  public func convolvedCells(_ weight: Tensor, bias: Tensor? = nil, height: Int, width: Int) -> Tensor {
    let isWeight = weight.shape.rank == 4 && weight.shape[2] == weight.shape[3] && weight.shape[2] % 2 == 1
    require(
      shape.rank == 3 && height > 0 && width > 0 && shape[1] == height * width && isWeight
        && weight.shape[1] == shape[2] && (bias.map { $0.shape == [weight.shape[0]] } ?? true),
      ShapeError(
        "convolvedCells", [shape, weight.shape, bias?.shape ?? []],
        "wanted [B, \(height) · \(width), C], [D, C, k, k] with an odd k, and [D]"))
    let cells = CellWindows(self, kernel: weight.shape[2], height: height, width: width)
    let timer = OperationTimer.start()
    let result = cells.product(floating.detached, weight.floating.detached, bias: bias?.floating)
    timer?.stop("convolution", operations: 2 * result.count * cells.rowWidth)
    return result.recorded("convolution", [self, weight, bias]) {
      [
        cells, kept = weight.node == nil ? nil : floating.detached, weight = weight.floating.detached,
        needsInput = node != nil, needsBias = bias?.node != nil
      ] gradient in
      let gradient = gradient.floating
      return [
        needsInput ? cells.inputGradient(gradient, weight) : nil,
        kept.map { cells.weightGradient(gradient, $0).reshaped(weight.shape) },
        needsBias ? gradient.summedRows() : nil,
      ]
    }
  }
}

/// The windows around the cells of a batch of maps as rows of a matrix: rows, columns and features of a window.
private struct CellWindows: Sendable {
  private let batch: Int
  private let height: Int
  private let width: Int
  private let channels: Int
  private let kernel: Int

  init(_ cells: Tensor, kernel: Int, height: Int, width: Int) {
    (batch, channels) = (cells.shape[0], cells.shape[2])
    (self.kernel, self.height, self.width) = (kernel, height, width)
  }

  /// Numbers of a window.
  var rowWidth: Int { kernel * kernel * channels }

  /// `windows · Wᵀ + b`, `[B, N, D]`.
  func product(_ cells: Tensor, _ weight: Tensor, bias: Tensor?) -> Tensor {
    let outputs = weight.shape[0]
    let result = Tensor(uninitialized: [batch, height * width, outputs])
    let arranged = weight.permuted(0, 2, 3, 1)
    let (tiles, parts) = division(outputs: outputs)
    Compute.current.team.forEach(tiles.count * parts.count) { number in
      let (tile, part) = number.quotientAndRemainder(dividingBy: parts.count)
      let (lines, columns) = (tiles[tile], parts[part])
      let (first, count) = (lines.lowerBound * width, lines.count * width)
      let rows = unfolded(cells, lines)
      let to = unsafe result.pointer + first * outputs + columns.lowerBound
      unsafe MatrixProduct.compute(
        Matrix(rows.pointer, stride: rowWidth),
        Matrix(arranged.pointer + columns.lowerBound * rowWidth, stride: rowWidth).transposed,
        into: Matrix(to, stride: outputs), rows: count, columns: columns.count, inner: rowWidth)
      extendLifetime(rows)
      guard let bias else { return }
      guard parts.count > 1 else { return unsafe sluice_add_bias(to, bias.pointer, count, outputs) }
      for row in 0..<count {
        unsafe sluice_add_bias(to + row * outputs, bias.pointer + columns.lowerBound, 1, columns.count)
      }
    }
    extendLifetime(arranged)
    return result
  }

  /// Lines of all maps in parts, and outputs in parts where there are few lines.
  ///
  /// They follow from the sizes alone, so that the number of threads changes nothing. A part has many rows, because the
  /// libraries rearrange the weights for each, and not more than a processor's second cache holds if it can be helped.
  private func division(outputs: Int) -> (tiles: Chunks, parts: Chunks) {
    let (lines, rows) = (batch * height, max(256, min(2048, (1 << 18) / rowWidth)))
    let most = max(1, rows / width)
    let least = max(1, (lines + most - 1) / most)
    // As many for each of two threads.
    let tiles = Chunks(count: lines, parts: least > 1 ? least + least % 2 : 1)
    return (tiles, Chunks(count: outputs, parts: tiles.count >= 4 ? 1 : max(1, min(4, outputs / 128))))
  }

  /// The windows of `lines`, counted over the batch, `[cells, rowWidth]`.
  private func unfolded(_ cells: Tensor, _ lines: Range<Int>) -> Tensor {
    let rows = Tensor(uninitialized: [lines.count * width, rowWidth])
    let (reach, run) = (kernel / 2, kernel * channels)
    var to = unsafe rows.pointer
    for line in lines {
      let (sample, y) = line.quotientAndRemainder(dividingBy: height)
      let map = unsafe cells.pointer + sample * height * width * channels
      for x in 0..<width {
        // Columns of the window that are on the map.
        let (first, last) = (max(0, x - reach), min(width - 1, x + reach))
        let (before, inside) = ((first - (x - reach)) * channels, (last - first + 1) * channels)
        for row in y - reach...y + reach {
          if (0..<height).contains(row) {
            if before > 0 { unsafe to.update(repeating: 0, count: before) }
            unsafe (to + before).update(from: map + (row * width + first) * channels, count: inside)
            if before + inside < run {
              unsafe (to + before + inside).update(repeating: 0, count: run - before - inside)
            }
          } else {
            unsafe to.update(repeating: 0, count: run)
          }
          unsafe to += run
        }
      }
    }
    return rows
  }

  // Gradients, by the convolution of planes.

  private var planes: Shape { [batch, channels, 1, height, width] }

  private var patches: Patches {
    let reach = kernel / 2
    return Patches(
      planes, window: SlidingWindow(kernel: [1, kernel, kernel], stride: [1, 1, 1], padding: [0, reach, reach]))
  }

  func inputGradient(_ gradient: Tensor, _ weight: Tensor) -> Tensor {
    patches.inputGradient(gradient, weight, shape: planes).reshaped(batch, channels, height * width).permuted(0, 2, 1)
  }

  func weightGradient(_ gradient: Tensor, _ cells: Tensor) -> Tensor {
    patches.weightGradient(gradient, cells.permuted(0, 2, 1).reshaped(planes))
  }
}

extension Chunks {
  /// Ranges of equal size, at most `parts` of them.
  fileprivate init(count total: Int, parts: Int) {
    self.init(count: total, grain: (total + parts - 1) / parts, limit: .max)
  }
}
