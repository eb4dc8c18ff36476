import Foundation
import SluiceTensor
import Testing

@Suite struct DivergenceTests {
  private func shares(_ rows: Int, _ columns: Int) -> Tensor { (random([rows, columns], "target") * 3).softmax() }

  @Test(arguments: [(1, 1), (3, 4), (7, 2), (33, 70)])
  func divergenceEqualsItsDefinition(_ rows: Int, _ columns: Int) {
    let (logits, target) = (random([rows, columns]) * 5, shares(rows, columns))
    let (x, t) = (logits.floats.map(Double.init), target.floats.map(Double.init))
    var wanted = 0.0
    for row in 0..<rows {
      let own = row * columns..<(row + 1) * columns
      let sum = own.reduce(0) { $0 + exp(x[$1]) }
      for index in own { wanted += t[index] * (log(t[index]) - log(exp(x[index]) / sum)) / Double(rows) }
    }
    #expect(abs(Double(logits.divergence(from: target).scalar) - wanted) <= 1e-6 * max(wanted, 1e-3))
  }

  @Test func divergenceHasItsGradient() {
    let target = shares(4, 5)
    checkGradients(of: [random([4, 5])]) { $0[0].divergence(from: target) }
  }

  /// Large logits whose shares are those that are wanted: every digit of the sum cancels.
  @Test func equalSharesDivergeByNothing() {
    let logits = random([8, 9]) * 10 + Tensor(100)
    let found = logits.divergence(from: logits.softmax()).scalar
    #expect(abs(found) < 1e-6)
    // What is not wanted at all costs nothing by itself.
    let certain = Tensor([100, 0, 0, 100], shape: [2, 2]).divergence(from: Tensor([1, 0, 0, 1], shape: [2, 2]))
    #expect(certain.scalar == 0)
  }
}
