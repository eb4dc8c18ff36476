internal import SluiceKernels

extension BFloatAttention {
  typealias Pass = AttentionPass<BFloatOperand>

  /// Gradients of ``forward``: scores are recomputed, tile by tile.
  ///
  /// Work is divided as ``AttentionPlan/backward`` does it: by sample, head and a fixed number of parts of the queries.
  func backward(_ pass: Pass) {
    if plan.isShort { return plan.shortBackward(pass) }
    if BFloatAttention.hasKernels { return backwardByHeads(pass) }
    unsafe divideBackward(
      pass, tile: tileRows, size: 2 * plan.keyCount * plan.headSize, makeRoom: { BackwardRoom(self) },
      body: { unsafe backward(pass, $0, $1, $2, sums: $3, $4) }, write: { unsafe write($0, pass, $1) })
  }

  /// Goes through all heads by sample, head and a fixed number of parts of the queries; heads that share a gradient of
  /// the bias come one after another.
  /// - Parameters:
  ///   - tile: query rows that are handled at a time.
  ///   - size: numbers of a head's sums.
  ///   - makeRoom: what one thread needs.
  ///   - body: handles one part of a head's queries, and leaves its sums.
  ///   - write: puts the sums of the pair of sample and head where they belong.
  func divideBackward<Room>(
    _ pass: Pass, tile: Int, size: Int, makeRoom: () -> Room,
    body: (_ sample: Int, _ head: Int, _ part: Range<Int>, _ sums: UnsafeMutablePointer<Float>, _ room: Room) -> Void,
    write: (_ sums: UnsafeMutablePointer<Float>, _ pair: Int) -> Void
  ) {
    let groups =
      pass.biasGradient == nil
      ? (plan.batch, plan.heads) : plan.bias.map { ($0.batches, $0.heads) } ?? (plan.batch, plan.heads)
    let wanted = max(1, 16 / max(groups.0 * groups.1, 1))
    let parts = Chunks(count: plan.queryCount, grain: max(tile, (plan.queryCount + wanted - 1) / wanted), limit: .max)
    let pairs = plan.batch * plan.heads
    let sums = parts.count > 1 ? Tensor(uninitialized: [parts.count, pairs, size]) : nil
    let work = plan.queryCount * plan.keyCount * plan.headSize
    Compute.current.team.forEachRange(groups.0 * groups.1 * parts.count, grain: max(1, (1 << 19) / max(work, 1))) {
      units in
      let room = makeRoom()
      let own = Tensor(uninitialized: [size])
      for unit in units {
        let (group, part) = (unit / parts.count, unit % parts.count)
        for sample in stride(from: group / groups.1, to: plan.batch, by: groups.0) {
          for head in stride(from: group % groups.1, to: plan.heads, by: groups.1) {
            let pair = sample * plan.heads + head
            let to = unsafe sums.map { unsafe $0.pointer + (part * pairs + pair) * size } ?? own.pointer
            unsafe body(sample, head, parts[part], to, room)
            if sums == nil { unsafe write(to, pair) }
          }
        }
      }
      extendLifetime(room)
    }
    guard let sums else { return }
    Compute.current.team.forEach(pairs) { pair in
      let first = unsafe sums.pointer + pair * size
      for part in 1..<parts.count { unsafe sluice_add(first, first + part * pairs * size, first, size) }
      unsafe write(first, pair)
    }
  }

  /// What one thread needs for the tiles of one head on the way back.
  struct BackwardRoom {
    let common: Room
    let keys: PackedMatrix
    /// A tile's queries and gradients, as right operands.
    let tileQueries: Storage
    let tileGradients: Storage
    let slopes: Tensor
    let scoreGradients: Tensor

    init(_ attention: BFloatAttention) {
      let plan = attention.plan
      common = Room(attention, isBackward: true)
      keys = PackedMatrix(inner: plan.keyCount, columns: plan.headSize)
      tileQueries = PackedMatrix(inner: attention.tileRows, columns: plan.headSize).storage
      tileGradients = PackedMatrix(inner: attention.tileRows, columns: plan.headSize).storage
      slopes = Tensor(uninitialized: common.scores.shape)
      scoreGradients = Tensor(uninitialized: common.scores.shape, .bfloat16)
    }
  }

  private func backward(
    _ pass: Pass, _ sample: Int, _ head: Int, _ part: Range<Int>, sums: UnsafeMutablePointer<Float>,
    _ room: BackwardRoom
  ) {
    let (column, width) = (head * plan.headSize, plan.headSize)
    let common = room.common
    unsafe common.keysAcross.pack(pass.keys.matrix(batch: sample, column: column, isTransposed: true))
    unsafe common.values.pack(pass.values.matrix(batch: sample, column: column, isTransposed: true))
    unsafe room.keys.pack(pass.keys.matrix(batch: sample, column: column))
    for start in stride(from: part.lowerBound, to: part.upperBound, by: tileRows) {
      let rows = start..<min(part.upperBound, start + tileRows)
      let upper = unsafe pass.gradient.matrix(batch: sample, column: column, row: start)
      score(pass.queries, sample, head, rows, common)
      unsafe BFloatProduct.compute(
        upper, common.values, rows: rows.count, sluice_finish(room.slopes, columns: paddedKeys),
        scratch: common.products)
      let (addend, stride) = unsafe plan.addend(sample, head, rows, scratch: common.addends)
      let known = (sample * plan.heads + head) * plan.queryCount + start
      let bias = unsafe pass.biasGradient.map { unsafe plan.place(in: ScoreAddend($0), sample, head, start) }
      unsafe sluice_softmax_bfloat_backward(
        common.scores.pointer, room.slopes.pointer, paddedKeys, addend, stride, plan.scale,
        pass.logSums.pointer + known,
        common.shares.bfloatPointer, room.scoreGradients.bfloatPointer, paddedKeys, bias, rows.count, plan.keyCount)
      unsafe BFloatProduct.compute(
        room.scoreGradients.matrix(columns: paddedKeys), room.keys, rows: rows.count,
        pass.queryGradient.finish(batch: sample, column: column, row: start, scale: plan.scale),
        scratch: common.products)
      let queries = PackedMatrix(inner: rows.count, columns: width, storage: room.tileQueries)
      let gradients = PackedMatrix(inner: rows.count, columns: width, storage: room.tileGradients)
      unsafe queries.pack(pass.queries.matrix(batch: sample, column: column, row: start))
      unsafe gradients.pack(upper)
      var finish = unsafe sluice_finish()
      unsafe finish.stride = width
      unsafe finish.is_float = true
      unsafe finish.accumulates = start > part.lowerBound
      unsafe finish.scale = plan.scale
      unsafe finish.result = UnsafeMutableRawPointer(sums)
      unsafe BFloatProduct.compute(
        room.scoreGradients.matrix(columns: paddedKeys, isTransposed: true), queries, rows: plan.keyCount, finish,
        scratch: common.products)
      unsafe finish.scale = 1
      unsafe finish.result = UnsafeMutableRawPointer(sums + plan.keyCount * width)
      unsafe BFloatProduct.compute(
        common.shares.matrix(columns: paddedKeys, isTransposed: true), gradients, rows: plan.keyCount, finish,
        scratch: common.products)
    }
  }

  /// Puts the sums of one head's keys and values where they belong.
  private func write(_ sums: UnsafeMutablePointer<Float>, _ pass: Pass, _ pair: Int) {
    let (sample, column, width) = (pair / plan.heads, pair % plan.heads * plan.headSize, plan.headSize)
    unsafe pass.keyGradient.write(sums, rows: plan.keyCount, width: width, batch: sample, column: column)
    unsafe pass.valueGradient.write(
      sums + plan.keyCount * width, rows: plan.keyCount, width: width, batch: sample, column: column)
  }
}
