import Foundation
import SluiceTensor
import Testing

@Suite struct ExponentialTests {
  @Test func powersAreThoseOfAPlainLoop() {
    let numbers: [Float] = [-3, -0.5, 0, 1e-4, 2.6592600, 4.6052]
    let powers = Tensor(numbers, shape: [2, 3]).exponential()
    #expect(powers.shape == [2, 3])
    for (own, number) in zip(powers.floats, numbers) { #expect(abs(own - Float(exp(Double(number)))) < 1e-4) }
  }

  @Test func gradientsMatchCentralDifferences() {
    let parameter = Parameter("numbers", Tensor([0.3, -1.2, 2.1], shape: [3]))
    let weights = Tensor([2, -1, 0.5], shape: [3])
    (parameter.value.exponential() * weights).sumOfAll().backward()
    for (index, (number, weight)) in zip([0.3, -1.2, 2.1], [2.0, -1, 0.5]).enumerated() {
      let step = 1e-4
      let expected = weight * (exp(number + step) - exp(number - step)) / (2 * step)
      #expect(abs(Double(parameter.gradient!.floats[index]) - expected) < 1e-3 * abs(expected))
    }
  }
}
