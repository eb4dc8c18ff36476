internal import SluiceKernels

/// The windows of a batch of videos as rows of a matrix; some lines of the result at a time.
struct Patches: Sendable {
  private let geometry: sluice_window
  private let planes: Int
  /// Numbers in one sample.
  private let sampleSize: Int
  /// Samples.
  private let batch: Int
  /// Lines of one sample's result, and windows in each.
  private let lines: Int
  private let across: Int
  /// Runs of neighbors that make up a window, numbers in each, and numbers in a window.
  private let runs: Int
  private let run: Int
  private let width: Int

  /// Windows over videos of `shape`, `[B, C, T, H, W]`.
  init(_ shape: Shape, window: SlidingWindow) {
    let size = Array(shape.dimensions[2...])
    geometry = window.geometry(size)
    batch = shape[0]
    planes = shape[1]
    sampleSize = planes * size.reduce(1, *)
    let result = window.result(of: size)
    lines = result[0] * result[1]
    across = result[2]
    run = window.kernel[2]
    runs = planes * window.kernel[0] * window.kernel[1]
    width = runs * run
  }

  /// `windows · Wᵀ + b`, `[B, N, D]`; bfloat16 products of a bfloat16 video.
  func product(_ video: Tensor, _ weight: Tensor, bias: Tensor?) -> Tensor {
    let outputs = weight.shape[0]
    var geometry = geometry
    if video.elementType == .float32, unsafe sluice_convolves(&geometry) {
      return productInPlace(video, weight, bias: bias)
    }
    let result = Tensor(uninitialized: [batch, lines * across, outputs])
    let packed = video.elementType == .bfloat16 ? weight.packedWeight() : nil
    let shift = bias?.floating
    let tiles = tiles(rows: 256)
    Compute.current.team.forEach(tiles.count) { tile in
      let range = tiles[tile]
      let (first, count) = (range.lowerBound * across, range.count * across)
      let rows = unfolded(video, range, runs: 0..<runs)
      if let packed {
        var finish = unsafe sluice_finish(result, columns: outputs).from(row: first)
        unsafe finish.bias = shift.map { unsafe UnsafePointer($0.pointer) }
        unsafe BFloatProduct.compute(
          rows.matrix(columns: width), packed, rows: count, finish, scratch: BFloatProduct.makeScratch())
      } else {
        let to = unsafe result.pointer + first * outputs
        unsafe MatrixProduct.compute(
          Matrix(rows.pointer, stride: width), Matrix(weight.pointer, stride: width).transposed,
          into: Matrix(to, stride: outputs), rows: count, columns: outputs, inner: width)
        if let shift { unsafe sluice_add_bias(to, shift.pointer, count, outputs) }
      }
    }
    return result
  }

  /// The same for single-precision numbers whose windows overlap, without rows of them.
  private func productInPlace(_ video: Tensor, _ weight: Tensor, bias: Tensor?) -> Tensor {
    let outputs = weight.shape[0]
    let result = Tensor(uninitialized: [batch, lines * across, outputs])
    var geometry = geometry
    let packed = Tensor(uninitialized: [unsafe sluice_convolve_packed_count(&geometry, planes, outputs)])
    let shift = bias?.floating
    unsafe sluice_convolve_pack(&geometry, weight.pointer, shift?.pointer, planes, outputs, packed.pointer)
    extendLifetime(shift)
    let tiles = tiles(rows: 256)
    Compute.current.team.forEach(tiles.count) { tile in
      var geometry = geometry
      let room = Storage(byteCount: unsafe sluice_convolve_room(&geometry, planes))
      forEachSample(tiles[tile]) { sample, part in
        unsafe sluice_convolve(
          &geometry, video.pointer + sample * sampleSize, packed.pointer,
          result.pointer + (sample * lines + part.lowerBound) * across * outputs, planes, outputs, part.lowerBound,
          part.upperBound, room.bytes)
      }
      extendLifetime(room)
    }
    return result
  }

  /// `dW = dYᵀ · windows`, `[D, numbers of a window]`; a part has some columns, and one tile of windows after the other.
  func weightGradient(_ gradient: Tensor, _ video: Tensor) -> Tensor {
    let outputs = gradient.shape[-1]
    // A tile has more rows than the result: adding to that is little work beside the tile's.
    let tiles = tiles(rows: max(256, min(4096, 4 * outputs)))
    guard tiles.count > 0 else { return .zeros([outputs, width]) }
    let result = Tensor(uninitialized: [outputs, width])
    let parts = Chunks(count: runs, grain: max(1, MatrixProduct.parts(width).size / run), limit: .max)
    Compute.current.team.forEach(parts.count) { part in
      let columns = parts[part].lowerBound * run..<parts[part].upperBound * run
      for tile in 0..<tiles.count {
        let rows = unfolded(video, tiles[tile], runs: parts[part])
        let (first, count) = (tiles[tile].lowerBound * across, tiles[tile].count * across)
        if video.elementType == .bfloat16 {
          let right = PackedMatrix(inner: count, columns: columns.count)
          unsafe right.pack(rows.matrix(columns: columns.count))
          var left = unsafe gradient.matrix(columns: outputs).from(row: first)
          unsafe left.is_transposed = true
          var finish = unsafe sluice_finish(result, columns: width).from(column: columns.lowerBound)
          unsafe finish.accumulates = tile > 0
          unsafe BFloatProduct.compute(left, right, rows: outputs, finish, scratch: BFloatProduct.makeScratch())
        } else {
          unsafe MatrixProduct.compute(
            Matrix(gradient.pointer + first * outputs, stride: outputs).transposed,
            Matrix(rows.pointer, stride: columns.count),
            into: Matrix(result.pointer + columns.lowerBound, stride: width), rows: outputs, columns: columns.count,
            inner: count, keep: tile == 0 ? 0 : 1)
        }
      }
    }
    return result
  }

  /// `dX`: `dY · W`, each window's numbers added where they came from; a sample at a time.
  func inputGradient(_ gradient: Tensor, _ weight: Tensor, shape: Shape) -> Tensor {
    let outputs = gradient.shape[-1]
    let result = Tensor.zeros(shape)
    Compute.current.team.forEach(batch) { sample in
      var geometry = geometry
      let tiles = Chunks(count: lines, grain: max(1, 256 / max(across, 1)), limit: .max)
      let rows = Tensor(uninitialized: [tiles.size * across, width])
      for tile in 0..<tiles.count {
        let range = tiles[tile]
        unsafe MatrixProduct.compute(
          Matrix(gradient.pointer + (sample * lines + range.lowerBound) * across * outputs, stride: outputs),
          Matrix(weight.pointer, stride: width), into: Matrix(rows.pointer, stride: width),
          rows: range.count * across, columns: width, inner: outputs)
        unsafe sluice_fold(
          &geometry, rows.pointer, result.pointer + sample * sampleSize, planes, range.lowerBound, range.upperBound)
      }
    }
    return result
  }

  /// All lines of the batch in parts of about `rows` windows.
  private func tiles(rows: Int) -> Chunks {
    Chunks(count: across == 0 ? 0 : batch * lines, grain: max(1, rows / max(across, 1)), limit: .max)
  }

  /// The windows of `range`, lines counted over the batch: their numbers of `runs`.
  private func unfolded(_ video: Tensor, _ range: Range<Int>, runs: Range<Int>) -> Tensor {
    var geometry = geometry
    let isBFloat16 = video.elementType == .bfloat16
    let size = video.elementType.byteCount
    let rows = Tensor(uninitialized: [range.count * across, runs.count * run], video.elementType)
    let room = Storage(byteCount: unsafe sluice_unfold_room(&geometry, isBFloat16, runs.count))
    var to = unsafe rows.storage.bytes
    forEachSample(range) { sample, part in
      unsafe sluice_unfold(
        &geometry, isBFloat16, video.storage.bytes + sample * sampleSize * size, to, runs.lowerBound, runs.upperBound,
        part.lowerBound, part.upperBound, room.bytes)
      unsafe to += part.count * across * runs.count * run * size
    }
    extendLifetime(room)
    return rows
  }

  /// Calls `body` with the samples of `range`, lines counted over the batch, and the lines of each.
  private func forEachSample(_ range: Range<Int>, _ body: (_ sample: Int, _ part: Range<Int>) -> Void) {
    var start = range.lowerBound
    while start < range.upperBound {
      let sample = start / lines
      let end = min(range.upperBound, (sample + 1) * lines)
      body(sample, start - sample * lines..<end - sample * lines)
      start = end
    }
  }
}
