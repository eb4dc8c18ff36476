import Foundation
import SluiceTensor

func exponential(_ x: Double) -> Double { exp(x) }

/// The value and derivative of an activation in double precision.
func activationOracle(_ activation: Activation, _ x: Double) -> (Double, Double) {
  switch activation {
  case .gelu:
    let share = 0.5 * erfc(-x / 2.0.squareRoot())
    return (x * share, share + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot())
  case .quickGELU:
    let gate = 1 / (1 + exp(-1.702 * x))
    return (x * gate, gate * (1 + 1.702 * x * (1 - gate)))
  case .relu:
    return (max(x, 0), x > 0 ? 1 : 0)
  }
}

/// The pairs of elements that an element-wise operation combines.
func broadcastOracle(_ first: Tensor, _ second: Tensor) -> (shape: Shape, pairs: [(Double, Double)]) {
  let rank = max(first.shape.rank, second.shape.rank)
  let one = [Int](repeating: 1, count: rank - first.shape.rank) + first.shape.dimensions
  let two = [Int](repeating: 1, count: rank - second.shape.rank) + second.shape.dimensions
  let shape = Shape((0..<rank).map { max(one[$0], two[$0]) })
  let (a, b) = (first.floats, second.floats)
  func place(_ index: Int, _ extents: [Int]) -> Int {
    var (rest, at, step) = (index, 0, 1)
    for axis in (0..<rank).reversed() {
      let coordinate = rest % shape.dimensions[axis]
      rest /= shape.dimensions[axis]
      if extents[axis] > 1 { at += coordinate * step }
      step *= extents[axis]
    }
    return at
  }
  return (shape, (0..<shape.count).map { (Double(a[place($0, one)]), Double(b[place($0, two)])) })
}
