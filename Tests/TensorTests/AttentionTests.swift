import SluiceTensor
import Testing

@Suite struct AttentionTests {
  /// Attention from ready-made operations, one head after the other.
  private func oracle(_ q: Tensor, _ k: Tensor, _ v: Tensor, heads: Int, addend: Tensor? = nil) -> Tensor {
    func split(_ x: Tensor) -> Tensor {
      x.reshaped(x.shape[0], x.shape[1], heads, x.shape[2] / heads).permuted(0, 2, 1, 3)
    }
    var scores = split(q).matmul(split(k).permuted(0, 1, 3, 2)) * (1 / Float(q.shape[2] / heads).squareRoot())
    if let addend { scores = scores + addend }
    return scores.softmax().matmul(split(v)).permuted(0, 2, 1, 3).reshaped(q.shape)
  }

  @Test(arguments: [
    (2, 5, 5, 2, 4), (1, 700, 393, 1, 32), (1, 33, 1200, 2, 8), (3, 8, 8, 4, 16), (5, 8, 8, 3, 64), (2, 3, 16, 2, 128),
    (1, 1, 1, 1, 1),
  ])
  func attentionAndItsGradientsEqualTheirDefinition(_ b: Int, _ n: Int, _ m: Int, _ h: Int, _ d: Int) {
    let inputs = [random([b, n, h * d], "q"), random([b, m, h * d], "k"), random([b, m, h * d], "v")]
    let fast = inputs.map { Parameter("x", Tensor($0.floats, shape: $0.shape)) }
    let slow = inputs.map { Parameter("x", Tensor($0.floats, shape: $0.shape)) }
    let found = Tensor.attention(queries: fast[0].value, keys: fast[1].value, values: fast[2].value, headCount: h)
    let wanted = oracle(slow[0].value, slow[1].value, slow[2].value, heads: h)
    #expect(relativeError(found, wanted) < 5e-6)
    let upper = random(found.shape, "upper")
    found.backward(from: upper)
    wanted.backward(from: upper)
    for (one, two) in zip(fast, slow) { #expect(relativeError(one.gradient!, two.gradient!) < 2e-5) }
  }

  @Test(arguments: [(2, 2), (1, 2), (1, 1), (2, 1)])
  func biasesRepeatAndGetTheirGradient(_ batches: Int, _ biasHeads: Int) {
    let (b, n, m, h, d) = (4, 6, 9, 2, 3)
    let inputs = [random([b, n, h * d], "q"), random([b, m, h * d], "k"), random([b, m, h * d], "v")]
    let bias = random([batches, biasHeads, n, m], "bias")
    checkGradients(of: inputs + [bias]) {
      Tensor.attention(queries: $0[0], keys: $0[1], values: $0[2], headCount: h, bias: $0[3])
    }
  }

  @Test func masksForbidAndAddToBiases() {
    let (b, n, h, d) = (2, 5, 2, 3)
    let mask = Tensor([1, 1, n, n]) { span in
      for row in 0..<n { for column in row + 1..<n { span[row * n + column] = -.infinity } }
    }
    let inputs = ["q", "k", "v"].map { random([b, n, h * d], $0) }
    let bias = random([1, h, n, n], "bias")
    let found = Tensor.attention(
      queries: inputs[0], keys: inputs[1], values: inputs[2], headCount: h, bias: bias, mask: mask)
    #expect(relativeError(found, oracle(inputs[0], inputs[1], inputs[2], heads: h, addend: bias + mask)) < 5e-6)
    checkGradients(of: inputs + [bias]) {
      Tensor.attention(queries: $0[0], keys: $0[1], values: $0[2], headCount: h, bias: $0[3], mask: mask)
    }
    checkGradients(of: inputs) {
      Tensor.attention(queries: $0[0], keys: $0[1], values: $0[2], headCount: h, mask: mask)
    }
  }

  @Test func packedProjectionsGiveTheSame() {
    let (b, n, h, d) = (2, 7, 3, 4)
    let packed = random([b, n, 3 * h * d])
    let found = Tensor.selfAttention(packed: packed, headCount: h)
    let parts = (0..<3).map { packed.slice($0 * h * d..<($0 + 1) * h * d, axis: 2) }
    let wanted = Tensor.attention(queries: parts[0], keys: parts[1], values: parts[2], headCount: h)
    #expect(found.floats == wanted.floats)
    checkGradients(of: [packed]) { Tensor.selfAttention(packed: $0[0], headCount: h) }
  }
}
