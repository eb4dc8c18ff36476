internal import Glibc
internal import SluicePlatform

/// A draw from the beta distribution with both parameters `alpha`.
func betaDraw(_ alpha: Double, _ draws: inout some RandomDraws) -> Double {
  let first = gammaDraw(alpha, &draws)
  let second = gammaDraw(alpha, &draws)
  return first + second > 0 ? first / (first + second) : 0.5
}

/// A draw from the gamma distribution of shape `alpha` and scale 1.
/// - Source: Marsaglia and Tsang, "A simple method for generating gamma variables", 2000.
private func gammaDraw(_ alpha: Double, _ draws: inout some RandomDraws) -> Double {
  let shape = alpha < 1 ? alpha + 1 : alpha
  let lift = alpha < 1 ? pow(positive(&draws), 1 / alpha) : 1
  let d = shape - 1.0 / 3
  let c = 1 / (9 * d).squareRoot()
  while true {
    let normal = normalDraw(&draws)
    let base = 1 + c * normal
    guard base > 0 else { continue }
    let cube = base * base * base
    if log(positive(&draws)) < 0.5 * normal * normal + d - d * cube + d * log(cube) { return d * cube * lift }
  }
}

/// A draw from the standard normal distribution.
/// - Source: Box and Muller, "A note on the generation of random normal deviates", 1958.
func normalDraw(_ draws: inout some RandomDraws) -> Double {
  (-2 * log(positive(&draws))).squareRoot() * cos(2 * .pi * draws.uniform(0, 1))
}

/// In 0…1 without the 0.
private func positive(_ draws: inout some RandomDraws) -> Double { 1 - draws.uniform(0, 1) }
