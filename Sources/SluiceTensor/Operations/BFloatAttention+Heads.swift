internal import SluiceKernels

/// Attention by kernels that do a strip of a head's queries from scores to result, where the processor has them.
extension BFloatAttention {
  /// Whether it has.
  static var hasKernels: Bool { sluice_attention_is_fast() }

  func forwardByHeads(
    _ queries: BFloatOperand, _ keys: BFloatOperand, _ values: BFloatOperand, into result: BFloatOperand,
    logSums: Tensor
  ) {
    let tiles = Chunks(count: plan.queryCount, grain: tileRows, limit: .max)
    let work = tileRows * plan.keyCount * plan.headSize
    Compute.current.team.forEachRange(plan.batch * plan.heads * tiles.count, grain: max(1, (1 << 21) / max(work, 1))) {
      units in
      let room = Storage(byteCount: sluice_attention_room(plan.keyCount, plan.headSize, false))
      let addends = makeAddends(rows: tileRows)
      var packed = -1
      for unit in units {
        let (pair, rows) = (unit / tiles.count, tiles[unit % tiles.count])
        let (sample, head) = (pair / plan.heads, pair % plan.heads)
        let column = head * plan.headSize
        var operands = unsafe queries.head(keys, values, plan: plan, batch: sample, column: column)
        if packed != pair {
          unsafe sluice_attention_pack(&operands, false, room.bytes)
          packed = pair
        }
        let (addend, stride) = unsafe plan.addend(sample, head, rows, scratch: addends)
        let to = unsafe result.numbers(batch: sample, column: column)
        unsafe sluice_attention_forward(
          &operands, sluice_addend(start: addend, stride: stride), rows.lowerBound, rows.upperBound, to.start,
          to.stride, logSums.pointer + pair * plan.queryCount, room.bytes)
      }
      extendLifetime(room)
    }
  }

  /// What ``backward`` does.
  func backwardByHeads(_ pass: Pass) {
    let tile = sluice_attention_tile(plan.keyCount)
    unsafe divideBackward(
      pass, tile: tile, size: 2 * plan.keyCount * ((plan.headSize + 31) / 32 * 32),
      makeRoom: {
        (Storage(byteCount: sluice_attention_room(plan.keyCount, plan.headSize, true)), makeAddends(rows: tile))
      },
      body: { unsafe backwardByTiles(pass, $0, $1, $2, tile, sums: $3, $4.1, $4.0) },
      write: { unsafe writeRows($0, pass, $1) })
  }

  private func backwardByTiles(
    _ pass: Pass, _ sample: Int, _ head: Int, _ part: Range<Int>, _ tile: Int, sums: UnsafeMutablePointer<Float>,
    _ addends: Tensor?, _ room: Storage
  ) {
    let column = head * plan.headSize
    var operands = unsafe pass.queries.head(pass.keys, pass.values, plan: plan, batch: sample, column: column)
    unsafe sluice_attention_pack(&operands, true, room.bytes)
    let upper = unsafe pass.gradient.numbers(batch: sample, column: column)
    let to = unsafe pass.queryGradient.numbers(batch: sample, column: column)
    let known = unsafe pass.logSums.pointer + (sample * plan.heads + head) * plan.queryCount
    for start in stride(from: part.lowerBound, to: part.upperBound, by: tile) {
      let rows = start..<min(part.upperBound, start + tile)
      let (addend, stride) = unsafe plan.addend(sample, head, rows, scratch: addends)
      let bias = unsafe pass.biasGradient.map { unsafe plan.place(in: ScoreAddend($0), sample, head, start) }
      unsafe sluice_attention_backward(
        &operands, sluice_addend(start: addend, stride: stride), upper.start, upper.stride, known, rows.lowerBound,
        rows.upperBound, to.start, to.stride, sums, start > part.lowerBound, bias, room.bytes)
    }
  }

  /// Puts the sums of one head's keys and values where they belong.
  private func writeRows(_ sums: UnsafeMutablePointer<Float>, _ pass: Pass, _ pair: Int) {
    let (sample, column, width) = (pair / plan.heads, pair % plan.heads * plan.headSize, plan.headSize)
    let (keys, values) = unsafe (
      pass.keyGradient.numbers(batch: sample, column: column), pass.valueGradient.numbers(batch: sample, column: column)
    )
    let second = unsafe sums + plan.keyCount * ((width + 31) / 32 * 32)
    unsafe sluice_attention_write(sums, plan.keyCount, width, plan.scale, keys.start, keys.stride)
    unsafe sluice_attention_write(second, plan.keyCount, width, 1, values.start, values.stride)
  }

  /// Room for sums of bias and mask, where there are both.
  private func makeAddends(rows: Int) -> Tensor? {
    plan.bias != nil && plan.mask != nil ? Tensor(uninitialized: [min(rows, plan.queryCount), plan.keyCount]) : nil
  }
}
