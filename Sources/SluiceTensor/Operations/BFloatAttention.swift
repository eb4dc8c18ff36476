internal import SluiceKernels

/// Queries, keys, values or a gradient of them in bfloat16: `[B, N, heads × d]`, possibly a part of wider rows.
@safe struct BFloatOperand: AttentionRows {
  static let isBFloat16 = true

  private let start: UnsafeMutablePointer<UInt16>
  private let rowStride: Int
  private let batchStride: Int

  init(_ tensor: Tensor, offset: Int = 0) {
    unsafe start = tensor.bfloatPointer + offset
    rowStride = tensor.shape[-1]
    batchStride = tensor.shape[-1] * tensor.shape[-2]
  }

  private func place(_ batch: Int, _ column: Int, _ row: Int) -> UnsafeMutablePointer<UInt16> {
    unsafe start + batch * batchStride + row * rowStride + column
  }

  func matrix(batch: Int, column: Int, row: Int = 0, isTransposed: Bool = false) -> sluice_matrix {
    unsafe sluice_matrix(
      start: place(batch, column, row), stride: rowStride, is_float: false, is_transposed: isTransposed)
  }

  /// What a product of one head's rows is written to.
  func finish(batch: Int, column: Int, row: Int = 0, scale: Float = 1) -> sluice_finish {
    var finish = unsafe sluice_finish()
    unsafe finish.result = UnsafeMutableRawPointer(place(batch, column, row))
    unsafe finish.stride = rowStride
    unsafe finish.scale = scale
    return unsafe finish
  }

  /// One head for the kernels that do attention whole.
  func head(
    _ keys: BFloatOperand, _ values: BFloatOperand, plan: AttentionPlan, batch: Int, column: Int
  ) -> sluice_head {
    unsafe sluice_head(
      queries: place(batch, column, 0), keys: keys.place(batch, column, 0), values: values.place(batch, column, 0),
      query_stride: rowStride, key_stride: keys.rowStride, value_stride: values.rowStride, key_count: plan.keyCount,
      width: plan.headSize, scale: plan.scale)
  }

  /// Where one head's rows begin, and their distance.
  func numbers(batch: Int, column: Int) -> (start: UnsafeMutablePointer<UInt16>, stride: Int) {
    unsafe (place(batch, column, 0), rowStride)
  }

  func rows(batch: Int, column: Int) -> sluice_head_rows {
    unsafe sluice_head_rows(start: place(batch, column, 0), stride: rowStride)
  }

  /// Writes `rows` rows of `width` numbers of one head.
  func write(_ numbers: UnsafePointer<Float>, rows: Int, width: Int, batch: Int, column: Int) {
    for row in 0..<rows { unsafe sluice_narrow(numbers + row * width, place(batch, column, row), width) }
  }
}

/// Attention's arithmetic with bfloat16 operands: what ``AttentionPlan`` does in single precision.
///
/// Keys and values of a head are packed once for several tiles of queries. Scores, their softmax and its sums are single
/// precision; shares are rounded before they are multiplied, and divided by their sum afterwards.
struct BFloatAttention {
  let plan: AttentionPlan

  /// Query rows whose scores are held at a time: about 256 KiB of scores.
  var tileRows: Int { min(plan.queryCount, max(32, min(256, (1 << 16) / max(plan.keyCount, 1) / 32 * 32))) }

  /// The keys' number in memory, whole blocks.
  var paddedKeys: Int { (plan.keyCount + 31) / 32 * 32 }

  func forward(
    _ queries: BFloatOperand, _ keys: BFloatOperand, _ values: BFloatOperand, into result: BFloatOperand,
    logSums: Tensor
  ) {
    if plan.isShort { return plan.shortForward(queries, keys, values, into: result, logSums: logSums) }
    if BFloatAttention.hasKernels { return forwardByHeads(queries, keys, values, into: result, logSums: logSums) }
    let tiles = Chunks(count: plan.queryCount, grain: tileRows, limit: .max)
    let work = tileRows * plan.keyCount * plan.headSize
    Compute.current.team.forEachRange(plan.batch * plan.heads * tiles.count, grain: max(1, (1 << 21) / max(work, 1))) {
      units in
      let room = Room(self, isBackward: false)
      var packed = -1
      for unit in units {
        let (pair, rows) = (unit / tiles.count, tiles[unit % tiles.count])
        let (sample, head) = (pair / plan.heads, pair % plan.heads)
        let column = head * plan.headSize
        if packed != pair {
          unsafe room.keysAcross.pack(keys.matrix(batch: sample, column: column, isTransposed: true))
          unsafe room.values.pack(values.matrix(batch: sample, column: column))
          packed = pair
        }
        score(queries, sample, head, rows, room)
        let (addend, stride) = unsafe plan.addend(sample, head, rows, scratch: room.addends)
        unsafe sluice_softmax_bfloat(
          room.scores.pointer, paddedKeys, addend, stride, plan.scale, room.shares.bfloatPointer, paddedKeys,
          room.inverses.pointer, logSums.pointer + pair * plan.queryCount + rows.lowerBound, rows.count, plan.keyCount)
        var finish = unsafe result.finish(batch: sample, column: column, row: rows.lowerBound)
        unsafe finish.row_scale = UnsafePointer(room.inverses.pointer)
        unsafe BFloatProduct.compute(
          room.shares.matrix(columns: paddedKeys), room.values, rows: rows.count, finish, scratch: room.products)
      }
    }
  }

  /// Products of queries and keys, not scaled yet.
  func score(_ queries: BFloatOperand, _ sample: Int, _ head: Int, _ rows: Range<Int>, _ room: Room) {
    unsafe BFloatProduct.compute(
      queries.matrix(batch: sample, column: head * plan.headSize, row: rows.lowerBound), room.keysAcross,
      rows: rows.count,
      sluice_finish(room.scores, columns: paddedKeys), scratch: room.products)
  }

  /// What one thread needs for the tiles of one head.
  struct Room {
    /// Keys as the right operand of scores, values as that of results.
    let keysAcross: PackedMatrix
    let values: PackedMatrix
    let scores: Tensor
    let shares: Tensor
    let inverses: Tensor
    let addends: Tensor?
    let products: Storage

    init(_ attention: BFloatAttention, isBackward: Bool) {
      let plan = attention.plan
      keysAcross = PackedMatrix(inner: plan.headSize, columns: plan.keyCount)
      values =
        isBackward
        ? PackedMatrix(inner: plan.headSize, columns: plan.keyCount)
        : PackedMatrix(inner: plan.keyCount, columns: plan.headSize)
      scores = Tensor(uninitialized: [attention.tileRows, attention.paddedKeys])
      shares = Tensor(uninitialized: scores.shape, .bfloat16)
      inverses = Tensor(uninitialized: [attention.tileRows])
      addends =
        plan.bias != nil && plan.mask != nil ? Tensor(uninitialized: [attention.tileRows, plan.keyCount]) : nil
      products = BFloatProduct.makeScratch()
    }
  }
}
