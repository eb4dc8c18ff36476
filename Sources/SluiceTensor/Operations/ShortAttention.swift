internal import SluiceKernels

/// The rows of heads in memory.
protocol AttentionRows {
  /// Whether their numbers are bfloat16, else single precision.
  static var isBFloat16: Bool { get }

  /// The rows of the head whose numbers begin at `column`.
  func rows(batch: Int, column: Int) -> sluice_head_rows
}

/// Attention over few tokens, such as that of TimeSformer over time: a head at a time in the caches, with sums in single
/// precision for operands of either kind. General products would spend more on calls than on numbers.
extension AttentionPlan {
  /// Whether it is short, and nothing is added to the scores.
  var isShort: Bool {
    bias == nil && mask == nil && sluice_attention_is_short(queryCount, keyCount, headSize)
  }

  func shortForward<Rows: AttentionRows>(
    _ queries: Rows, _ keys: Rows, _ values: Rows, into result: Rows, logSums: Tensor
  ) {
    forEachHead { sample, head in
      var operands = unsafe shortHead(queries, keys, values, sample, head)
      let to = unsafe result.rows(batch: sample, column: head * headSize)
      unsafe sluice_short_attention(
        &operands, to.start, to.stride, logSums.pointer + (sample * heads + head) * queryCount)
    }
  }

  func shortBackward<Rows: AttentionRows>(_ pass: AttentionPass<Rows>) {
    forEachHead { sample, head in
      let column = head * headSize
      var operands = unsafe shortHead(pass.queries, pass.keys, pass.values, sample, head)
      unsafe sluice_short_attention_backward(
        &operands, pass.gradient.rows(batch: sample, column: column),
        pass.logSums.pointer + (sample * heads + head) * queryCount,
        pass.queryGradient.rows(batch: sample, column: column), pass.keyGradient.rows(batch: sample, column: column),
        pass.valueGradient.rows(batch: sample, column: column))
    }
  }

  private func forEachHead(_ body: (_ sample: Int, _ head: Int) -> Void) {
    let work = queryCount * keyCount * headSize
    Compute.current.team.forEachRange(batch * heads, grain: max(1, (1 << 18) / max(work, 1))) { pairs in
      for pair in pairs { body(pair / heads, pair % heads) }
    }
  }

  private func shortHead<Rows: AttentionRows>(
    _ queries: Rows, _ keys: Rows, _ values: Rows, _ sample: Int, _ head: Int
  ) -> sluice_short_head {
    let column = head * headSize
    let (q, k, v) = unsafe (
      queries.rows(batch: sample, column: column), keys.rows(batch: sample, column: column),
      values.rows(batch: sample, column: column)
    )
    return unsafe sluice_short_head(
      is_bfloat16: Rows.isBFloat16, queries: q.start, keys: k.start, values: v.start, query_stride: q.stride,
      key_stride: k.stride,
      value_stride: v.stride, query_count: queryCount, key_count: keyCount, width: headSize, scale: scale)
  }
}
