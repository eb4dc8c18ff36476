import SluicePlatform
import SluiceTensor
import Testing

/// A tensor of reproducible random numbers in -1 ..< 1.
func random(_ shape: Shape, _ name: String = "x", seed: UInt64 = 7) -> Tensor {
  var draws = KeyedRandom(seed: seed, epoch: shape.count, sample: shape.rank, stage: name)
  return Tensor((0..<shape.count).map { _ in Float(draws.uniform(-1, 1)) }, shape: shape)
}

/// The largest difference over the largest magnitude of `wanted`.
func relativeError(_ found: [Float], _ wanted: [Double]) -> Double {
  guard found.count == wanted.count else { return .infinity }
  let scale = max(wanted.map(abs).max() ?? 0, 1e-12)
  return zip(found, wanted).map { abs(Double($0) - $1) }.max().map { $0 / scale } ?? 0
}

func relativeError(_ found: Tensor, _ wanted: Tensor) -> Double {
  relativeError(found.floats, wanted.floats.map(Double.init))
}

/// Compares every gradient of `function` with central differences.
///
/// The number differentiated is the sum of the result times fixed random numbers. Central differences of a single-precision
/// function with step 2⁻⁶ are themselves off by about 1e-4 of the largest gradient for the smooth functions here;
/// `tolerance` is relative to that largest gradient.
func checkGradients(
  of inputs: [Tensor], tolerance: Double = 2e-3, sample limit: Int = 60, _ function: ([Tensor]) -> Tensor,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let parameters = inputs.enumerated().map { Parameter("\($0)", Tensor($1.floats, shape: $1.shape)) }
  let result = function(parameters.map(\.value))
  let upper = random(result.shape, "upper")
  result.backward(from: upper)
  let weights = upper.floats.map(Double.init)
  func value() -> Double {
    withoutGradients { zip(function(parameters.map(\.value)).floats, weights).reduce(0) { $0 + Double($1.0) * $1.1 } }
  }
  for parameter in parameters {
    guard let gradient = parameter.gradient else {
      Issue.record("input \(parameter.name) has no gradient", sourceLocation: sourceLocation)
      continue
    }
    #expect(gradient.shape == parameter.shape, sourceLocation: sourceLocation)
    let count = gradient.count
    let places = count <= limit ? Array(0..<count) : (0..<limit).map { $0 * (count - 1) / (limit - 1) }
    let step: Float = 1 / 64
    let differences = places.map { place in
      var (high, low) = (0.0, 0.0)
      parameter.update { $0[place] += step }
      high = value()
      parameter.update { $0[place] -= 2 * step }
      low = value()
      parameter.update { $0[place] += step }
      return (high - low) / Double(2 * step)
    }
    let found = gradient.floats
    let scale = max(found.map { abs(Double($0)) }.max() ?? 0, 1e-6)
    let error = zip(places, differences).map { abs(Double(found[$0]) - $1) }.max()! / scale
    #expect(error < tolerance, "gradient of input \(parameter.name) \(parameter.shape)", sourceLocation: sourceLocation)
  }
}
