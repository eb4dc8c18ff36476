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

  /// Attention in plain loops, with a mask `[B, M]` that is added for every query of every head.
  private func loops(_ q: Tensor, _ k: Tensor, _ v: Tensor, heads: Int, mask: [[Double]]) -> [Double] {
    let (batch, n, m, width) = (q.shape[0], q.shape[1], k.shape[1], q.shape[2])
    let size = width / heads
    let (queries, keys, values) = (q.floats.map(Double.init), k.floats.map(Double.init), v.floats.map(Double.init))
    var result = [Double](repeating: 0, count: batch * n * width)
    for b in 0..<batch {
      for h in 0..<heads {
        for row in 0..<n {
          let from = (b * n + row) * width + h * size
          let scores = (0..<m).map { key -> Double in
            let to = (b * m + key) * width + h * size
            let product = (0..<size).reduce(0) { $0 + queries[from + $1] * keys[to + $1] }
            return product / Double(size).squareRoot() + mask[b % mask.count][key]
          }
          let top = scores.max() ?? 0
          let shares = scores.map { exponential($0 - top) }
          let sum = shares.reduce(0, +)
          for key in 0..<m {
            let to = (b * m + key) * width + h * size
            for c in 0..<size { result[from + c] += shares[key] / sum * values[to + c] }
          }
        }
      }
    }
    return result
  }

  /// Rows of a batch with padding behind their lengths, and more rows than lengths: masks repeat.
  @Test(arguments: [
    (4, 5, 2, 3, [3, 5]), (2, 8, 2, 16, [8, 1]), (2, 300, 1, 8, [200, 300]), (3, 40, 4, 16, [7, 40, 1]),
  ])
  func aMaskOfOneRowIsForAllQueries(_ b: Int, _ n: Int, _ h: Int, _ d: Int, _ lengths: [Int]) {
    let rows = lengths.map { length in (0..<n).map { $0 < length ? 0 : -10_000.0 } }
    let mask = Tensor(rows.flatMap { $0.map { Float($0) } }, shape: [lengths.count, 1, 1, n])
    let packed = random([b, n, 3 * h * d])
    let parts = (0..<3).map { packed.slice($0 * h * d..<($0 + 1) * h * d, axis: 2) }
    let wanted = loops(parts[0], parts[1], parts[2], heads: h, mask: rows)
    let found = Tensor.selfAttention(packed: packed, headCount: h, mask: mask)
    #expect(relativeError(found.floats, wanted) < 5e-6)
    let apart = Tensor.attention(
      queries: parts[0], keys: parts[1], values: parts[2], headCount: h, mask: mask)
    #expect(relativeError(apart, found) < 1e-6)
    // The same row for each query, written out.
    let whole = mask + Tensor.zeros([1, 1, n, n])
    #expect(Tensor.selfAttention(packed: packed, headCount: h, mask: whole).floats == found.floats)
    // Beside a bias, too.
    let bias = random([1, h, n, n], "bias")
    #expect(
      Tensor.selfAttention(packed: packed, headCount: h, bias: bias, mask: mask).floats
        == Tensor.selfAttention(packed: packed, headCount: h, bias: bias, mask: whole).floats)
    guard n < 50 else { return }
    checkGradients(of: [packed], sample: 40) { Tensor.selfAttention(packed: $0[0], headCount: h, mask: mask) }
    checkGradients(of: [packed, bias], sample: 40) {
      Tensor.selfAttention(packed: $0[0], headCount: h, bias: $0[1], mask: mask)
    }
  }

  @Test func keysBehindATextGetNoGradient() {
    let (b, n, h, d) = (2, 6, 2, 4)
    let mask = Tensor([b, 1, 1, n]) { elements in
      for column in 4..<n { elements[column] = -10_000 }
    }
    let packed = Parameter("packed", random([b, n, 3 * h * d]))
    // Padding asks, but what it becomes is looked at by nobody here.
    Tensor.selfAttention(packed: packed.value, headCount: h, mask: mask).slice(0..<4, axis: 1).sumOfAll().backward()
    let gradient = packed.gradient!
    let behind = gradient.slice(0..<1, axis: 0).slice(4..<n, axis: 1).slice(h * d..<3 * h * d, axis: 2)
    #expect(behind.floats.allSatisfy { $0 == 0 })
    #expect(gradient.slice(1..<2, axis: 0).slice(4..<n, axis: 1).floats.contains { $0 != 0 })
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
