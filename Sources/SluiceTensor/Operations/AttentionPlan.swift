internal import SluiceKernels

/// Queries, keys, values or a result in memory: `[B, N, heads × d]`, possibly a part of wider rows.
@safe struct AttentionOperand: AttentionRows {
  static let isBFloat16 = false

  let start: UnsafeMutablePointer<Float>
  let rowStride: Int
  let batchStride: Int

  init(_ tensor: Tensor, offset: Int = 0) {
    unsafe start = tensor.pointer + offset
    rowStride = tensor.shape[-1]
    batchStride = tensor.shape[-1] * tensor.shape[-2]
  }

  func matrix(batch: Int, column: Int, row: Int = 0) -> Matrix {
    unsafe Matrix(start + batch * batchStride + row * rowStride + column, stride: rowStride)
  }

  func rows(batch: Int, column: Int) -> sluice_head_rows {
    let rows = matrix(batch: batch, column: column)
    return unsafe sluice_head_rows(start: rows.start, stride: rows.stride)
  }
}

/// An addend of the scores: `[batches, heads, rows, M]`, repeated over what it lacks.
@safe struct ScoreAddend {
  let start: UnsafeMutablePointer<Float>
  let batches: Int
  let heads: Int
  /// As many as there are queries, or one for all of them.
  let rows: Int

  init(_ tensor: Tensor) {
    unsafe start = tensor.pointer
    batches = tensor.shape[0]
    heads = tensor.shape[1]
    rows = tensor.shape[2]
  }
}

/// The arithmetic of attention over tiles of query rows; scores exist for one tile at a time.
struct AttentionPlan {
  let batch: Int
  let heads: Int
  let queryCount: Int
  let keyCount: Int
  let headSize: Int
  let scale: Float
  var bias: ScoreAddend?
  var mask: ScoreAddend?

  /// Query rows whose scores are held at a time: about 1 MiB of scores.
  var tileRows: Int { min(queryCount, max(16, min(256, (1 << 18) / max(keyCount, 1) / 16 * 16))) }

  /// `result = softmax(scale · queries · keysᵀ + addends) · values`; `logSums` `[batch, heads, queryCount]` is kept for backward.
  func forward(
    _ queries: AttentionOperand, _ keys: AttentionOperand, _ values: AttentionOperand, into result: AttentionOperand,
    logSums: Tensor
  ) {
    if isShort { return shortForward(queries, keys, values, into: result, logSums: logSums) }
    let tiles = Chunks(count: queryCount, grain: tileRows, limit: .max)
    let units = batch * heads * tiles.count
    let work = tileRows * keyCount * headSize
    Compute.current.team.forEachRange(units, grain: max(1, (1 << 19) / max(work, 1))) { range in
      let scores = Tensor(uninitialized: [tileRows, keyCount])
      let addends = bias != nil && mask != nil ? Tensor(uninitialized: scores.shape) : nil
      for unit in range {
        let (pair, rows) = (unit / tiles.count, tiles[unit % tiles.count])
        let (sample, head) = (pair / heads, pair % heads)
        score(queries, keys, sample, head, rows, into: scores)
        let (addend, stride) = unsafe addend(sample, head, rows, scratch: addends)
        unsafe sluice_softmax(
          scores.pointer, addend, stride, scale, logSums.pointer + pair * queryCount + rows.lowerBound, rows.count,
          keyCount)
        unsafe MatrixProduct.compute(
          Matrix(scores.pointer, stride: keyCount), values.matrix(batch: sample, column: head * headSize),
          into: result.matrix(batch: sample, column: head * headSize, row: rows.lowerBound), rows: rows.count,
          columns: headSize, inner: keyCount)
      }
    }
  }

  func score(
    _ queries: AttentionOperand, _ keys: AttentionOperand, _ sample: Int, _ head: Int, _ rows: Range<Int>,
    into scores: Tensor
  ) {
    unsafe MatrixProduct.compute(
      queries.matrix(batch: sample, column: head * headSize, row: rows.lowerBound),
      keys.matrix(batch: sample, column: head * headSize).transposed, into: Matrix(scores.pointer, stride: keyCount),
      rows: rows.count, columns: keyCount, inner: headSize)
  }

  /// What is added to the scores of `rows`, and the distance of its rows: 0 where one is for all.
  func addend(
    _ sample: Int, _ head: Int, _ rows: Range<Int>, scratch: Tensor?
  ) -> (start: UnsafePointer<Float>?, stride: Int) {
    if let bias, let mask, let scratch {
      // All rows at once, or each with the one that is for all.
      let step = mask.rows == queryCount ? rows.count : 1
      for row in stride(from: rows.lowerBound, to: rows.upperBound, by: step) {
        unsafe sluice_add(
          place(in: bias, sample, head, row), place(in: mask, sample, head, row),
          scratch.pointer + (row - rows.lowerBound) * keyCount, step * keyCount)
      }
      return unsafe (UnsafePointer(scratch.pointer), keyCount)
    }
    guard let only = bias ?? mask else { return (nil, keyCount) }
    return unsafe (
      UnsafePointer(place(in: only, sample, head, rows.lowerBound)), only.rows == queryCount ? keyCount : 0
    )
  }

  func place(in addend: ScoreAddend, _ sample: Int, _ head: Int, _ row: Int) -> UnsafeMutablePointer<Float> {
    let matrix = (sample % addend.batches) * addend.heads + head % addend.heads
    return unsafe addend.start + (matrix * addend.rows + (addend.rows == queryCount ? row : 0)) * keyCount
  }
}
