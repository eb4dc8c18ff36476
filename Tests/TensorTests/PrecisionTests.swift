import SluiceTensor
import Testing

/// Operations in bfloat16 beside the same in single precision.
@Suite struct PrecisionTests {
  private let brief = Compute(threadCount: 2).with(.bfloat16)

  /// Compares results and gradients of `body` in both precisions; each may be off by `share` of its largest number.
  private func compare(
    _ inputs: [Tensor], share: Double = 0.02, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: ([Tensor]) -> Tensor
  ) {
    // What bfloat16 can hold: the inputs' own rounding is not the operation's error.
    let rounded = inputs.map { $0.asBFloat16.floating }
    func run(_ compute: Compute) -> (Tensor, [Tensor]) {
      compute.run {
        let parameters = rounded.map { Parameter("x", Tensor($0.floats, shape: $0.shape)) }
        let result = body(parameters.map(\.value))
        result.backward(from: random(result.shape, "upper"))
        return (result, parameters.map { $0.gradient ?? .zeros($0.shape) })
      }
    }
    let (found, wanted) = (run(brief), run(brief.with(.float32)))
    #expect(relativeError(found.0, wanted.0) < share, "result", sourceLocation: sourceLocation)
    for (index, pair) in zip(found.1, wanted.1).enumerated() {
      #expect(relativeError(pair.0, pair.1) < share, "gradient of input \(index)", sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: [nil] + Activation.allCases.map { $0 as Activation? }) func linearLayers(_ activation: Activation?) {
    // Small; with edges; the inner side in parts; many rows; a gradient that is written past the caches.
    for (rows, inputs, outputs) in [(3, 5, 7), (70, 96, 33), (60, 3300, 70), (2000, 96, 64), (40, 640, 900)] {
      compare([random([rows, inputs]), random([outputs, inputs], "w") * 0.1, random([outputs], "b")]) {
        $0[0].linear($0[1], bias: $0[2], activation: activation)
      }
    }
  }

  @Test(arguments: [
    (2, 5, 5, 2, 4), (1, 700, 393, 1, 32), (1, 33, 1200, 2, 8), (3, 8, 8, 4, 16), (5, 8, 8, 3, 64), (2, 3, 16, 2, 128),
    (1, 1, 1, 1, 1),
  ])
  func attention(_ b: Int, _ n: Int, _ m: Int, _ h: Int, _ d: Int) {
    compare([random([b, n, h * d], "q"), random([b, m, h * d], "k"), random([b, m, h * d], "v")]) {
      .attention(queries: $0[0], keys: $0[1], values: $0[2], headCount: h)
    }
  }

  @Test(arguments: [(2, 2), (1, 2), (1, 1), (2, 1)]) func attentionWithBiasAndMask(_ batches: Int, _ biasHeads: Int) {
    let (b, n, h, d) = (4, 40, 2, 8)
    let mask = Tensor([1, 1, n, n]) { span in
      for row in 0..<n { for column in row + 1..<n { span[row * n + column] = -.infinity } }
    }
    for mask in [nil, mask] {
      compare(["q", "k", "v"].map { random([b, n, h * d], $0) } + [random([batches, biasHeads, n, n], "bias")]) {
        .attention(queries: $0[0], keys: $0[1], values: $0[2], headCount: h, bias: $0[3], mask: mask)
      }
    }
    compare([random([2, 50, 3 * h * d], "packed")]) { .selfAttention(packed: $0[0], headCount: h) }
    // One row for all queries, as padding has it; two rows for four samples.
    let padding = Tensor([2, 1, 1, n]) { span in for column in 25..<n { span[column] = -10_000 } }
    compare([random([b, n, 3 * h * d], "packed")]) { .selfAttention(packed: $0[0], headCount: h, mask: padding) }
    compare([random([b, n, 3 * h * d], "packed"), random([batches, biasHeads, n, n], "bias")]) {
      .selfAttention(packed: $0[0], headCount: h, bias: $0[1], mask: padding)
    }
  }

  @Test func normsPoolsAndMovesOfWhatLiesBetweenProducts() {
    let window = SlidingWindow(kernel: [3, 3, 3], stride: [1, 2, 2], padding: [1, 1, 1])
    compare([random([2, 1 + 4 * 6 * 6, 64]), random([64], "w"), random([64], "b")]) {
      $0[0].layerNorm($0[1], $0[2], epsilon: 1e-5)
    }
    let weight = random([64, 64], "weight")
    compare([random([2, 1 + 4 * 6 * 6, 64]), random([32, 1, 3, 3, 3], "w")]) {
      $0[0].linear(weight).depthwiseConvolution($0[1], grid: [4, 6, 6], window: window, leading: 1)
    }
    compare([random([2, 4, 6, 64])]) {
      let tokens = $0[0].linear(weight)
      let moved = tokens.permuted(0, 2, 1, 3).slice(1..<5, axis: 1).reshaped(-1, 64)
      let joined = Tensor.concatenated([moved.rows(at: [3, 1, 1, 0]), moved.activated(.gelu)], axis: 0)
      return (joined + joined * 0.5).mean(over: 0)
    }
    compare([random([1, 3, 4, 16, 16]), random([40, 3, 2, 8, 8], "w"), random([40], "b")]) {
      $0[0].convolvedToTokens(
        $0[1], bias: $0[2], window: SlidingWindow(kernel: [2, 8, 8], stride: [2, 8, 8], padding: [0, 0, 0]))
    }
  }

  @Test func productsAreBriefAndTheStreamOfSumsIsNot() {
    brief.run {
      let x = random([4, 64])
      let product = x.linear(random([64, 64], "w"))
      #expect(product.elementType == .bfloat16)
      #expect((x + product).elementType == .float32)
      #expect(product.layerNorm(.full([64], 1), .zeros([64]), epsilon: 1e-5).elementType == .bfloat16)
    }
    #expect(random([4, 64]).linear(random([64, 64], "w")).elementType == .float32)
  }

  @Test func packedWeightsFollowTheParameter() {
    brief.run {
      let parameter = Parameter("w", random([70, 40], "w") * 1)
      let (first, second) = (Parameter("m", .zeros([70, 40])), Parameter("v", .zeros([70, 40])))
      let x = Parameter("x", random([9, 40]))
      func outcome(_ weight: Tensor) -> [[Float]] {
        x.gradient = nil
        let result = x.value.linear(weight)
        result.backward(from: .full(result.shape, 1))
        return [result.floats, x.gradient?.floats ?? []]
      }
      func fresh() -> Tensor { Tensor(parameter.value.floats, shape: parameter.shape) }
      _ = outcome(parameter.value)
      parameter.update(
        AdamWUpdate(rate: 0.1, weightDecay: 0, count: 1), gradient: random([70, 40], "g"), first: first, second: second)
      #expect(outcome(parameter.value) == outcome(fresh()))
      parameter.update { $0[0] += 1 }
      #expect(outcome(parameter.value) == outcome(fresh()))
      parameter.update(
        SGDUpdate(rate: 0.1, weightDecay: 0, momentum: 0, isFirst: true), gradient: random([70, 40], "g"),
        velocity: first)
      #expect(outcome(parameter.value) == outcome(fresh()))
    }
  }

  @Test(arguments: Precision.allCases) func whatIsComputedAgainForAGradientIsTheSameBits(_ precision: Precision) {
    brief.with(precision).run {
      let (x, upper) = (random([70, 40]), random([70, 24], "upper"))
      let (first, bias) = (random([96, 40], "w"), random([96], "b"))
      let scale = Parameter("scale", random([96], "scale"))
      // The gradient of the second layer's weight, from what came before it and from a copy of that.
      func gradients(_ make: (Tensor) -> Tensor) -> [[Float]] {
        let input = Parameter("x", x * 1)
        let before = make(input.value)
        let copy = Parameter("copy", Tensor(before.floats, shape: before.shape))
        return [before, copy.value].map { input in
          let weight = Parameter("w", random([24, 96], "second"))
          input.linear(weight.value).backward(from: upper)
          return weight.gradient?.floats ?? []
        }
      }
      for activation in Activation.allCases {
        let found = gradients { $0.linear(first, bias: bias, activation: activation) }
        #expect(found[0] == found[1], "\(activation)")
      }
      let found = gradients { $0.linear(first).layerNorm(scale.value, bias, epsilon: 1e-5) }
      #expect(found[0] == found[1])
    }
  }

  @Test(arguments: Precision.allCases) func whatIsNoNumberStaysSo(_ precision: Precision) {
    brief.with(precision).run {
      let strange = Tensor([1, 2, .nan] + [Float](repeating: 0.5, count: 61), shape: [1, 4, 16])
      #expect(strange.softmax().floats.contains { $0.isNaN })
      let tokens = Parameter("x", strange)
      let result = Tensor.attention(queries: tokens.value, keys: tokens.value, values: tokens.value, headCount: 2)
      #expect(result.floats.contains { $0.isNaN })
      result.backward(from: .full(result.shape, 1))
      #expect(tokens.gradient?.floats.contains { $0.isNaN } ?? false)
      #expect(strange.linear(random([16, 16], "w"), activation: .gelu).floats.contains { $0.isNaN })
    }
  }

  /// Rows, inputs and outputs that no number of threads divides: narrow, wide and square results, small and large.
  @Test(
    arguments: Precision.allCases,
    [(rows: 301, inputs: 97, outputs: 289), (37, 1543, 61), (1201, 33, 129), (129, 517, 1031), (700, 65, 3)])
  func resultsDoNotDependOnTheNumberOfThreads(precision: Precision, sizes: (rows: Int, inputs: Int, outputs: Int)) {
    func run(_ threads: Int) -> [[Float]] {
      Compute(threadCount: threads).with(precision).run {
        let x = Parameter("x", random([sizes.rows, sizes.inputs]))
        let w = Parameter("w", random([sizes.outputs, sizes.inputs], "w"))
        let b = Parameter("b", random([sizes.outputs], "b"))
        let result = x.value.linear(w.value, bias: b.value, activation: .gelu)
        result.backward(from: random(result.shape, "upper"))
        return [result.floats, x.gradient?.floats ?? [], w.gradient?.floats ?? [], b.gradient?.floats ?? []]
      }
    }
    let one = run(1)
    for threads in 2...8 { #expect(run(threads) == one, "\(threads) threads") }
  }

  @Test(arguments: Precision.allCases) func attentionDoesNotDependOnTheNumberOfThreads(precision: Precision) {
    func run(_ threads: Int) -> [[Float]] {
      Compute(threadCount: threads).with(precision).run {
        let x = Parameter("x", random([2, 301, 3 * 96]))
        let result = Tensor.selfAttention(packed: x.value, headCount: 3)
        result.backward(from: random(result.shape, "upper"))
        return [result.floats, x.gradient?.floats ?? []]
      }
    }
    let one = run(1)
    #expect(run(2) == one && run(3) == one)
  }

  @Test func anUnsupportedPrecisionGivesWayToSinglePrecision() {
    #expect(Precision.float32.isSupported)
    #expect(
      Compute(threadCount: 1, precision: .bfloat16).precision == (Precision.bfloat16.isSupported ? .bfloat16 : .float32)
    )
  }
}
