internal import Glibc

/// The constants of one parameter's AdamW update.
struct AdamWStep {
  let rate: Double
  let weightDecay: Double
  let firstBeta: Double
  let secondBeta: Double
  let epsilon: Double
  /// The number of this update, from 1.
  let count: Int

  /// Updates one parameter and its moments in place.
  ///
  /// `p ← p − rate·decay·p`, then `p ← p − rate / (1 − β₁ᵏ) · m / (√v / √(1 − β₂ᵏ) + ε)` with the moments `m` and `v`
  /// brought up to date first.
  /// - Parameter scale: what the gradient is multiplied by before use: clipping.
  func update(
    _ parameter: inout MutableSpan<Float>, gradient: Span<Float>, first: inout MutableSpan<Float>,
    second: inout MutableSpan<Float>, scale: Float
  ) {
    let (beta1, beta2) = (Float(firstBeta), Float(secondBeta))
    let (rest1, rest2) = (Float(1 - firstBeta), Float(1 - secondBeta))
    let keep = Float(1 - rate * weightDecay)
    let size = Float(rate / (1 - pow(firstBeta, Double(count))))
    let root = Float((1 - pow(secondBeta, Double(count))).squareRoot())
    let least = Float(epsilon)
    for index in parameter.indices {
      let slope = gradient[index] * scale
      let mean = beta1 * first[index] + rest1 * slope
      let square = beta2 * second[index] + rest2 * slope * slope
      first[index] = mean
      second[index] = square
      parameter[index] = parameter[index] * keep - size * (mean / (square.squareRoot() / root + least))
    }
  }
}

/// The constants of one parameter's momentum update.
struct SGDStep {
  let rate: Double
  let weightDecay: Double
  let momentum: Double
  let nesterov: Bool
  /// Whether the velocity is still to begin: it starts as the gradient itself.
  let isFirst: Bool

  /// Updates one parameter and its velocity in place: `g ← g + decay·p`, `u ← μ·u + g`, `p ← p − rate·(g + μ·u)`.
  func update(
    _ parameter: inout MutableSpan<Float>, gradient: Span<Float>, velocity: inout MutableSpan<Float>, scale: Float
  ) {
    let (decay, keep, size) = (Float(weightDecay), isFirst ? 0 : Float(momentum), Float(rate))
    let ahead = nesterov ? Float(momentum) : 0
    let direct: Float = nesterov ? 1 : 0
    for index in parameter.indices {
      let slope = gradient[index] * scale + decay * parameter[index]
      let speed = keep * velocity[index] + slope
      velocity[index] = speed
      parameter[index] -= size * (nesterov ? direct * slope + ahead * speed : speed)
    }
  }
}

/// The sum of the squares, in double precision; not finite exactly if an element is not.
func sumOfSquares(_ elements: Span<Float>) -> Double {
  var lanes = SIMD8<Double>.zero
  let whole = elements.count / 8 * 8
  for start in stride(from: 0, to: whole, by: 8) {
    var values = SIMD8<Float>.zero
    for lane in 0..<8 { values[lane] = elements[start + lane] }
    let wide = SIMD8<Double>(values)
    lanes += wide * wide
  }
  var sum = lanes.sum()
  for index in whole..<elements.count { sum += Double(elements[index]) * Double(elements[index]) }
  return sum
}
