import SluiceTensor
import Testing

@Suite struct CosineTests {
  /// Cosines in plain loops.
  private func oracle(_ first: Tensor, _ second: Tensor, shortest: Double = 1e-8) -> [Double] {
    func rows(_ tensor: Tensor) -> [[Double]] {
      let (values, width) = (tensor.floats.map(Double.init), tensor.shape[1])
      return (0..<tensor.shape[0]).map { Array(values[$0 * width..<($0 + 1) * width]) }
    }
    func length(_ row: [Double]) -> Double { max(row.reduce(0) { $0 + $1 * $1 }.squareRoot(), shortest) }
    return rows(first).flatMap { one in
      rows(second).map { other in
        zip(one, other).reduce(0) { $0 + $1.0 * $1.1 } / length(one) / length(other)
      }
    }
  }

  @Test(arguments: [(1, 1, 1), (3, 5, 4), (5, 3, 17), (16, 16, 768)])
  func cosinesEqualTheirDefinition(_ n: Int, _ m: Int, _ d: Int) {
    let (first, second) = (random([n, d], "first"), random([m, d], "second"))
    let found = first.cosines(with: second)
    #expect(found.shape == [n, m])
    #expect(relativeError(found.floats, oracle(first, second)) < 2e-6)
    for precision in Precision.allCases {
      // In single precision, whatever products are computed in.
      let other = Compute.current.with(precision).run { first.cosines(with: second) }
      #expect(other.floats == found.floats)
    }
  }

  @Test func cosinesAndLengthsHaveTheirGradients() {
    let inputs = [random([3, 5], "first"), random([4, 5], "second")]
    checkGradients(of: inputs, tolerance: 5e-3) { $0[0].cosines(with: $0[1]) }
    checkGradients(of: [inputs[0]], tolerance: 5e-3) { $0[0].dividedByLength() }
    checkGradients(of: [random([2, 3, 4])], tolerance: 5e-3) { $0[0].dividedByLength() }
    // The same rows on both sides.
    checkGradients(of: [inputs[0]], tolerance: 5e-3) { $0[0].cosines(with: $0[0]) }
  }

  @Test func shortRowsAreDividedByTheShortestLength() {
    let short = Tensor([0.1, 0.2, 0, 0, 3, 4], shape: [3, 2])
    #expect(
      relativeError(short.dividedByLength(atLeast: 2), Tensor([0.05, 0.1, 0, 0, 0.6, 0.8], shape: [3, 2])) < 1e-6)
    checkGradients(of: [short]) { $0[0].dividedByLength(atLeast: 2) }
    // A row of zeros is at right angles to everything, and its gradient is a number.
    let zero = Parameter("zero", .zeros([1, 4]))
    let cosines = zero.value.cosines(with: random([2, 4]))
    #expect(cosines.floats == [0, 0])
    cosines.sumOfAll().backward()
    #expect(zero.gradient?.floats.allSatisfy(\.isFinite) == true)
  }

  @Test func lengthsAreNoMatterOfSize() {
    let row = random([1, 8])
    let unit = row.dividedByLength()
    for factor in [Float(1e-6), 1, 1e6] {
      #expect(relativeError((row * factor).dividedByLength(), unit) < 1e-6)
    }
  }
}
