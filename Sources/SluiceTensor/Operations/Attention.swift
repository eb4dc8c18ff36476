extension Tensor {
  /// Attention of several heads: `softmax(scale · q kᵀ + bias + mask) v` of each head.
  ///
  /// Heads are side by side in the last axis, so no layout has to be changed around it. Scores exist only a tile at a time
  /// and are recomputed on the way back.
  /// - Parameters:
  ///   - queries: `[B, N, heads × d]`.
  ///   - keys: `[B, M, heads × d]`.
  ///   - values: `[B, M, heads × d]`.
  ///   - headCount: heads in the last axis.
  ///   - scale: what scores are multiplied by; `1 / √d` by default.
  ///   - bias: added to the scores, with a gradient: `[b, h, N, M]`; `b` and `h` are 1 or divide batch and heads, and repeat.
  ///   - mask: added likewise, without a gradient; minus infinity forbids. `[b, h, 1, M]` is for all queries.
  /// - Returns: `[B, N, heads × d]`. A query that may attend to nothing gives zeros.
  public static func attention(
    queries: Tensor, keys: Tensor, values: Tensor, headCount: Int, scale: Float? = nil, bias: Tensor? = nil,
    mask: Tensor? = nil
  ) -> Tensor {
    require(
      queries.shape.rank == 3 && keys.shape.rank == 3 && keys.shape == values.shape
        && queries.shape[0] == keys.shape[0] && queries.shape[2] == keys.shape[2]
        && headCount > 0 && queries.shape[2] % headCount == 0,
      ShapeError(
        "attention", [queries.shape, keys.shape, values.shape],
        "wanted [B, N, D], [B, M, D], [B, M, D] with D divisible by \(headCount) heads"))
    var plan = AttentionPlan(
      batch: queries.shape[0], heads: headCount, queryCount: queries.shape[1], keyCount: keys.shape[1],
      headSize: queries.shape[2] / headCount, scale: scale ?? 1 / Float(queries.shape[2] / headCount).squareRoot())
    let (bias, mask) = (bias?.floating, mask?.floating)
    plan.add(bias: bias, mask: mask)
    let isBFloat16 = Compute.current.precision == .bfloat16
    let operands = [queries, keys, values].map { $0.converted(to: isBFloat16 ? .bfloat16 : .float32) }
    let (queries, keys, values) = (operands[0], operands[1], operands[2])
    let timer = OperationTimer.start()
    let result = Tensor(uninitialized: queries.shape, queries.elementType)
    let logSums = Tensor(uninitialized: [plan.batch, headCount, plan.queryCount])
    if isBFloat16 {
      BFloatAttention(plan: plan)
        .forward(.init(queries), .init(keys), .init(values), into: .init(result), logSums: logSums)
    } else {
      plan.forward(.init(queries), .init(keys), .init(values), into: .init(result), logSums: logSums)
    }
    timer?.stop("attention", operations: plan.operations)
    return result.recorded("attention", [queries, keys, values, bias]) {
      [
        queries = queries.detached, keys = keys.detached, values = values.detached, bias = bias?.detached,
        needsBias = bias?.node != nil, scale = plan.scale
      ] gradient in
      var plan = AttentionPlan(
        batch: queries.shape[0], heads: headCount, queryCount: queries.shape[1], keyCount: keys.shape[1],
        headSize: queries.shape[2] / headCount, scale: scale)
      plan.add(bias: bias, mask: mask)
      let gradients = [queries, keys, values].map { Tensor(uninitialized: $0.shape, $0.elementType) }
      let biasGradient = needsBias ? bias.map { Tensor.zeros($0.shape) } : nil
      let gradient = gradient.converted(to: queries.elementType)
      if isBFloat16 {
        BFloatAttention(plan: plan).backward(
          .init(
            queries: .init(queries), keys: .init(keys), values: .init(values), gradient: .init(gradient),
            logSums: logSums, queryGradient: .init(gradients[0]), keyGradient: .init(gradients[1]),
            valueGradient: .init(gradients[2]), biasGradient: biasGradient))
        return gradients + [biasGradient]
      }
      plan.backward(
        .init(
          queries: .init(queries), keys: .init(keys), values: .init(values), gradient: .init(gradient),
          logSums: logSums,
          queryGradient: .init(gradients[0]), keyGradient: .init(gradients[1]), valueGradient: .init(gradients[2]),
          biasGradient: biasGradient))
      return gradients + [biasGradient]
    }
  }

  /// Attention of a packed projection to itself.
  ///
  /// - Parameters:
  ///   - packed: `[B, N, 3 × heads × d]`: queries, keys and values side by side.
  ///   - headCount: heads in each third.
  ///   - scale: what scores are multiplied by; `1 / √d` by default.
  ///   - bias: as in ``attention(queries:keys:values:headCount:scale:bias:mask:)``.
  ///   - mask: as there.
  /// - Returns: `[B, N, heads × d]`.
  public static func selfAttention(
    packed: Tensor, headCount: Int, scale: Float? = nil, bias: Tensor? = nil, mask: Tensor? = nil
  ) -> Tensor {
    require(
      packed.shape.rank == 3 && headCount > 0 && packed.shape[2] % (3 * headCount) == 0,
      ShapeError("selfAttention", [packed.shape], "wanted [B, N, 3 × D] with D divisible by \(headCount) heads"))
    let (batch, tokens, width) = (packed.shape[0], packed.shape[1], packed.shape[2] / 3)
    let factor = scale ?? 1 / Float(width / headCount).squareRoot()
    var plan = AttentionPlan(
      batch: batch, heads: headCount, queryCount: tokens, keyCount: tokens, headSize: width / headCount, scale: factor)
    let (bias, mask) = (bias?.floating, mask?.floating)
    plan.add(bias: bias, mask: mask)
    let isBFloat16 = Compute.current.precision == .bfloat16
    let packed = packed.converted(to: isBFloat16 ? .bfloat16 : .float32)
    let timer = OperationTimer.start()
    let result = Tensor(uninitialized: [batch, tokens, width], packed.elementType)
    let logSums = Tensor(uninitialized: [batch, headCount, tokens])
    if isBFloat16 {
      BFloatAttention(plan: plan).forward(
        .init(packed), .init(packed, offset: width), .init(packed, offset: 2 * width), into: .init(result),
        logSums: logSums)
    } else {
      plan.forward(
        .init(packed), .init(packed, offset: width), .init(packed, offset: 2 * width), into: .init(result),
        logSums: logSums)
    }
    timer?.stop("attention", operations: plan.operations)
    return result.recorded("attention", [packed, bias]) {
      [packed = packed.detached, bias = bias?.detached, needsBias = bias?.node != nil] gradient in
      var plan = AttentionPlan(
        batch: batch, heads: headCount, queryCount: tokens, keyCount: tokens, headSize: width / headCount, scale: factor
      )
      plan.add(bias: bias, mask: mask)
      let packedGradient = Tensor(uninitialized: packed.shape, packed.elementType)
      let biasGradient = needsBias ? bias.map { Tensor.zeros($0.shape) } : nil
      let gradient = gradient.converted(to: packed.elementType)
      if isBFloat16 {
        BFloatAttention(plan: plan).backward(
          .init(
            queries: .init(packed), keys: .init(packed, offset: width), values: .init(packed, offset: 2 * width),
            gradient: .init(gradient), logSums: logSums, queryGradient: .init(packedGradient),
            keyGradient: .init(packedGradient, offset: width), valueGradient: .init(packedGradient, offset: 2 * width),
            biasGradient: biasGradient))
        return [packedGradient, biasGradient]
      }
      plan.backward(
        .init(
          queries: .init(packed), keys: .init(packed, offset: width), values: .init(packed, offset: 2 * width),
          gradient: .init(gradient), logSums: logSums, queryGradient: .init(packedGradient),
          keyGradient: .init(packedGradient, offset: width), valueGradient: .init(packedGradient, offset: 2 * width),
          biasGradient: biasGradient))
      return [packedGradient, biasGradient]
    }
  }
}

extension AttentionPlan {
  /// Multiply-adds of the forward pass, times two.
  var operations: Int { 4 * batch * heads * queryCount * keyCount * headSize }

  mutating func add(bias: Tensor?, mask: Tensor?) {
    for (addend, isMask) in [(bias, false), (mask, true)] {
      guard let addend else { continue }
      require(
        addend.shape.rank == 4 && batch % max(addend.shape[0], 1) == 0 && heads % max(addend.shape[1], 1) == 0
          && (addend.shape[2] == queryCount || isMask && addend.shape[2] == 1) && addend.shape[3] == keyCount,
        ShapeError(
          "attention", [addend.shape, [batch, heads, queryCount, keyCount]],
          "a bias or mask has the scores' shape, or its first two extents divide theirs"))
    }
    self.bias = bias.map { ScoreAddend($0) }
    self.mask = mask.map { ScoreAddend($0) }
  }
}
