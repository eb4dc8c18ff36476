import SluiceTensor
import Testing

@Suite struct OperationTests {
  @Test func sumsAndProductsRepeatWhatIsMissing() {
    let shapes: [(Shape, Shape)] = [
      ([4, 5], [4, 5]), ([2, 3, 4], [4]), ([2, 3, 4], [3, 4]), ([2, 3, 4], [2, 1, 4]), ([2, 3, 4], [2, 3, 1]),
      ([2, 1, 4], [1, 3, 1]), ([4], [2, 3, 4]), ([1, 3, 1, 2], [4, 1, 5, 1]), ([3, 4], []), ([3, 4], [1, 1]),
    ]
    for (one, two) in shapes {
      let (first, second) = (random(one, "a"), random(two, "b"))
      let (sum, product) = (first + second, first * second)
      let wanted = broadcastOracle(first, second)
      #expect(sum.shape == wanted.shape)
      #expect(relativeError(sum.floats, wanted.pairs.map { $0 + $1 }) < 1e-6)
      #expect(relativeError(product.floats, wanted.pairs.map { $0 * $1 }) < 1e-6)
      checkGradients(of: [first, second]) { $0[0] + $0[1] }
      checkGradients(of: [first, second]) { $0[0] * $0[1] }
    }
  }

  @Test(arguments: Activation.allCases) func activationsAndTheirGradientsAreExact(_ activation: Activation) {
    let x = Tensor((-1200...1200).map { Float($0) / 100 }, shape: [2401])
    let wanted = x.floats.map { activationOracle(activation, Double($0)) }
    let found = x.activated(activation).floats
    #expect(zip(found, wanted).allSatisfy { abs(Double($0) - $1.0) <= 2e-6 * abs($1.0) + 1e-12 })
    let parameter = Parameter("x", x)
    parameter.value.activated(activation).backward(from: .full(x.shape, 1))
    #expect(relativeError(parameter.gradient!.floats, wanted.map(\.1)) < 1e-6)
  }

  @Test func linearLayersEqualTheSumOfProducts() {
    for (rows, inputs, outputs) in [(1, 1, 1), (3, 5, 7), (70, 33, 50), (130, 96, 18)] {
      let (x, w, b) = (random([rows, inputs]), random([outputs, inputs], "w"), random([outputs], "b"))
      let found = x.linear(w, bias: b)
      #expect(found.shape == [rows, outputs])
      let (xs, ws, bs) = (x.floats, w.floats, b.floats)
      let wanted = (0..<rows * outputs).map { place in
        (0..<inputs).reduce(Double(bs[place % outputs])) {
          $0 + Double(xs[place / outputs * inputs + $1]) * Double(ws[place % outputs * inputs + $1])
        }
      }
      #expect(relativeError(found.floats, wanted) < 2e-6)
      checkGradients(of: [x, w, b]) { $0[0].linear($0[1], bias: $0[2]) }
      checkGradients(of: [x, w, b]) { $0[0].linear($0[1], bias: $0[2], activation: .gelu) }
    }
    checkGradients(of: [random([2, 3, 4]), random([5, 4], "w")]) { $0[0].linear($0[1]) }
  }

  @Test func matricesMultiply() {
    checkGradients(of: [random([6, 5], "a"), random([5, 4], "b")]) { $0[0].matmul($0[1]) }
    checkGradients(of: [random([3, 6, 5], "a"), random([3, 5, 4], "b")]) { $0[0].matmul($0[1]) }
    checkGradients(of: [random([3, 6, 5], "a"), random([5, 4], "b")]) { $0[0].matmul($0[1]) }
    let product = Tensor([1, 2, 3, 4], shape: [2, 2]).matmul(Tensor([5, 6, 7, 8], shape: [2, 2]))
    #expect(product.floats == [19, 22, 43, 50])
  }

  @Test func layerNormEqualsItsDefinition() {
    for (rows, width) in [(1, 3), (5, 96), (200, 17), (64, 768)] {
      let (x, w, b) = (random([rows, width]), random([width], "w"), random([width], "b"))
      var wanted: [Double] = []
      let (ws, bs) = (w.floats.map(Double.init), b.floats.map(Double.init))
      for row in 0..<rows {
        let values = x.floats[row * width..<(row + 1) * width].map(Double.init)
        let mean = values.reduce(0, +) / Double(width)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
        wanted += values.indices.map { (values[$0] - mean) / (variance + 1e-5).squareRoot() * ws[$0] + bs[$0] }
      }
      #expect(relativeError(x.layerNorm(w, b, epsilon: 1e-5).floats, wanted) < 2e-6)
    }
    checkGradients(of: [random([3, 5, 16]), random([16], "w"), random([16], "b")]) {
      $0[0].layerNorm($0[1], $0[2], epsilon: 1e-6)
    }
  }

  @Test func softmaxRowsSumToOneAndDoNotOverflow() {
    let x = random([7, 33]) * 200
    let found = x.softmax().floats
    for row in 0..<7 {
      let values = x.floats[row * 33..<(row + 1) * 33].map(Double.init)
      let weights = values.map { exponential($0 - values.max()!) }
      let wanted = weights.map { $0 / weights.reduce(0, +) }
      #expect(relativeError(Array(found[row * 33..<(row + 1) * 33]), wanted) < 2e-5)
    }
    checkGradients(of: [random([4, 9])]) { $0[0].softmax() }
  }

  @Test func partsJoinAndSeparate() {
    let (a, b) = (random([2, 3, 4], "a"), random([2, 5, 4], "b"))
    let joined = Tensor.concatenated([a, b], axis: 1)
    #expect(joined.shape == [2, 8, 4])
    #expect(joined.slice(0..<3, axis: 1).floats == a.floats)
    #expect(joined.slice(3..<8, axis: 1).floats == b.floats)
    checkGradients(of: [a, b]) { Tensor.concatenated($0, axis: 1) }
    checkGradients(of: [a]) { $0[0].slice(1..<3, axis: 1) }
    checkGradients(of: [a]) { $0[0].slice(1..<3, axis: -1) }
    checkGradients(of: [a]) { $0[0].permuted(2, 0, 1) }
    #expect(Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3]).permuted(1, 0).floats == [1, 4, 2, 5, 3, 6])
  }

  @Test func rowsAndTokensAreSelectedAndPutBack() {
    let x = random([5, 4])
    let rows = x.floats
    #expect(x.rows(at: [3, 0, 3]).floats == Array(rows[12..<16] + rows[0..<4] + rows[12..<16]))
    checkGradients(of: [x]) { $0[0].rows(at: [3, 0, 3]) }
    // As embeddings are looked up: a row that is asked for often gets the sum, one that is not zeros.
    let table = Parameter("table", random([5, 4]))
    table.value.rows(at: [3, 0, 3, 3]).sumOfAll().backward()
    let sums: [Float] = [1, 0, 0, 3, 0].flatMap { [Float](repeating: $0, count: 4) }
    #expect(table.gradient?.floats == sums)
    checkGradients(of: [x]) { $0[0].scattered(to: [6, 1, 1, 0, 5], count: 7) }
    checkGradients(of: [random([2, 3, 4])]) { $0[0].tokens(at: [[2, 0], [1, 1]]) }
    checkGradients(of: [random([2, 3, 4]), random([4], "token")]) { $0[0].replacing([1, 0, 0, 0, 1, 1], with: $0[1]) }
  }

  @Test func reductionsAddUp() {
    let x = random([3, 4, 5])
    #expect(relativeError(x.sumOfAll().floats, [x.floats.map(Double.init).reduce(0, +)]) < 1e-6)
    checkGradients(of: [x]) { $0[0].sumOfAll() }
    checkGradients(of: [x]) { $0[0].meanOfAll() }
    for axis in 0..<3 { checkGradients(of: [x]) { $0[0].mean(over: axis) } }
  }

  @Test func lossesHaveTheirGradients() {
    let (x, t) = (random([6, 5]), random([6, 5], "t"))
    for penalty in [Penalty.squared, .smooth(beta: 0.5)] {
      checkGradients(of: [x]) { $0[0].loss(to: t, penalty) }
      checkGradients(of: [x]) { $0[0].loss(to: t, penalty, rowWeights: [0, 1, 0, 2, 1, 0.5], divisor: 3) }
    }
    #expect(Tensor([1, 5], shape: [1, 2]).loss(to: Tensor([2, 2], shape: [1, 2]), .absolute).scalar == 2)
    checkGradients(of: [x]) { $0[0].crossEntropy(labels: [0, 4, 2, 2, 1, 3]) }
    checkGradients(of: [x]) { $0[0].crossEntropy(labels: [0, 4, 2, 2, 1, 3], smoothing: 0.1) }
    checkGradients(of: [x]) { $0[0].crossEntropy(labels: [0, 4, 2, 2, 1, 3], rowWeights: [0, 1, 1, 0, 2, 1]) }
    let soft = random([6, 5], "soft").softmax()
    checkGradients(of: [x]) { $0[0].crossEntropy(target: soft) }
    let even = Tensor.zeros([1, 4]).crossEntropy(labels: [1])
    #expect(abs(even.scalar - 1.3862944) < 1e-6)
  }

  @Test func samplesAreScaledOneByOne() {
    checkGradients(of: [random([3, 2, 2])]) { $0[0].scaled(bySample: [0, 2, 1.25]) }
  }
}
