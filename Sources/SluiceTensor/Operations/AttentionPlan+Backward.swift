internal import SluiceKernels

/// The operands, result and gradients of one backward pass.
struct AttentionPass<Operand> {
  var queries: Operand
  var keys: Operand
  var values: Operand
  var gradient: Operand
  var logSums: Tensor
  var queryGradient: Operand
  var keyGradient: Operand
  var valueGradient: Operand
  /// Zeros of the bias's shape to add to; `nil` if no gradient is wanted.
  var biasGradient: Tensor?
}

extension AttentionPlan {
  typealias Pass = AttentionPass<AttentionOperand>

  /// Gradients of ``forward``: scores are recomputed, tile by tile.
  ///
  /// Work is divided by sample, head and a fixed number of parts of the queries; parts of one head have sums of their own
  /// for keys and values. Where the bias has a gradient, samples and heads that share one are done by one thread.
  func backward(_ pass: Pass) {
    if isShort { return shortBackward(pass) }
    let groups = pass.biasGradient == nil ? (batch, heads) : bias.map { ($0.batches, $0.heads) } ?? (batch, heads)
    let wanted = max(1, 16 / max(groups.0 * groups.1, 1))
    let parts = Chunks(
      count: queryCount, grain: max(tileRows, (queryCount + wanted - 1) / wanted), limit: .max)
    let sums = parts.count > 1 ? Tensor(uninitialized: [parts.count, batch * heads, 2, keyCount, headSize]) : nil
    let units = groups.0 * groups.1 * parts.count
    let work = queryCount * keyCount * headSize
    Compute.current.team.forEachRange(units, grain: max(1, (1 << 18) / max(work, 1))) { range in
      let scratch = Scratch(self)
      for unit in range {
        let (group, part) = (unit / parts.count, unit % parts.count)
        for sample in stride(from: group / groups.1, to: batch, by: groups.0) {
          for head in stride(from: group % groups.1, to: heads, by: groups.1) {
            let partial = unsafe sums.map { sums in
              unsafe sums.pointer + (part * batch * heads + sample * heads + head) * 2 * keyCount * headSize
            }
            unsafe backward(pass, sample, head, parts[part], sums: partial, scratch)
          }
        }
      }
    }
    guard let sums else { return }
    add(sums, parts: parts.count, pass)
  }

  /// Two tiles of scores, and one of addends where there are two.
  struct Scratch {
    let scores: Tensor
    let gradients: Tensor
    let addends: Tensor?

    init(_ plan: AttentionPlan) {
      scores = Tensor(uninitialized: [plan.tileRows, plan.keyCount])
      gradients = Tensor(uninitialized: scores.shape)
      addends = plan.bias != nil && plan.mask != nil ? Tensor(uninitialized: scores.shape) : nil
    }
  }

  private func backward(
    _ pass: Pass, _ sample: Int, _ head: Int, _ part: Range<Int>, sums: UnsafeMutablePointer<Float>?, _ scratch: Scratch
  ) {
    let column = head * headSize
    let keyGradient =
      unsafe sums.map { unsafe Matrix($0, stride: headSize) } ?? pass.keyGradient.matrix(batch: sample, column: column)
    let valueGradient =
      unsafe sums.map { unsafe Matrix($0 + keyCount * headSize, stride: headSize) }
      ?? pass.valueGradient.matrix(batch: sample, column: column)
    let (scores, gradients) = unsafe (scratch.scores.pointer, scratch.gradients.pointer)
    for start in stride(from: part.lowerBound, to: part.upperBound, by: tileRows) {
      let rows = start..<min(part.upperBound, start + tileRows)
      let keep: Float = start == part.lowerBound ? 0 : 1
      let upper = pass.gradient.matrix(batch: sample, column: column, row: start)
      score(pass.queries, pass.keys, sample, head, rows, into: scratch.scores)
      let (addend, stride) = unsafe addend(sample, head, rows, scratch: scratch.addends)
      let known = (sample * heads + head) * queryCount + start
      unsafe sluice_softmax_known(scores, addend, stride, scale, pass.logSums.pointer + known, rows.count, keyCount)
      let (weights, slopes) = unsafe (Matrix(scores, stride: keyCount), Matrix(gradients, stride: keyCount))
      MatrixProduct.compute(
        weights.transposed, upper, into: valueGradient, rows: keyCount, columns: headSize, inner: rows.count, keep: keep
      )
      MatrixProduct.compute(
        upper, pass.values.matrix(batch: sample, column: column).transposed, into: slopes, rows: rows.count,
        columns: keyCount, inner: headSize)
      unsafe sluice_softmax_backward(scores, gradients, rows.count, keyCount)
      if let biasGradient = pass.biasGradient {
        let to = unsafe place(in: ScoreAddend(biasGradient), sample, head, start)
        unsafe sluice_add(to, gradients, to, rows.count * keyCount)
      }
      MatrixProduct.compute(
        slopes, pass.keys.matrix(batch: sample, column: column),
        into: pass.queryGradient.matrix(batch: sample, column: column, row: start), rows: rows.count, columns: headSize,
        inner: keyCount, scale: scale)
      MatrixProduct.compute(
        slopes.transposed, pass.queries.matrix(batch: sample, column: column, row: start), into: keyGradient,
        rows: keyCount, columns: headSize, inner: rows.count, scale: scale, keep: keep)
    }
  }

  /// Adds the parts' sums up, in order, and puts them where the heads' columns are.
  private func add(_ sums: Tensor, parts: Int, _ pass: Pass) {
    let size = keyCount * headSize
    Compute.current.team.forEach(batch * heads * 2) { unit in
      let (pair, isValue) = (unit / 2, unit % 2 == 1)
      let first = unsafe sums.pointer + unit * size
      for part in 1..<max(parts, 1) {
        unsafe sluice_add(first, first + part * batch * heads * 2 * size, first, size)
      }
      let operand = isValue ? pass.valueGradient : pass.keyGradient
      let to = operand.matrix(batch: pair / heads, column: pair % heads * headSize)
      for row in 0..<keyCount {
        unsafe (to.start + row * to.stride).update(from: first + row * headSize, count: headSize)
      }
    }
  }
}
