internal import SluiceNN
internal import SluicePlatform
internal import SluiceTensor

/// How far a model's gradients in bfloat16 are from those in single precision: Euclidean lengths of the differences as
/// shares of the lengths of the gradients.
struct GradientErrors: CustomStringConvertible {
  let name: String
  /// Of all parameters as one vector.
  let all: Double
  /// Of each parameter, in rising order.
  let each: [Double]

  init(_ name: String, _ parameters: ParameterStore, _ compute: Compute, _ loss: () throws -> Tensor) throws {
    self.name = name
    let exact = try GradientErrors.gradients(parameters, compute.with(.float32), loss)
    let bfloat = try GradientErrors.gradients(parameters, compute, loss)
    var (distance, length, each) = (0.0, 0.0, [Double]())
    for (found, wanted) in zip(bfloat, exact) {
      let (apart, whole) = zip(found, wanted).reduce((0.0, 0.0)) { sums, pair in
        let (one, two) = (Double(pair.0), Double(pair.1))
        return (sums.0 + (one - two) * (one - two), sums.1 + two * two)
      }
      distance += apart
      length += whole
      if whole > 0 { each.append((apart / whole).squareRoot()) }
    }
    all = (distance / length).squareRoot()
    self.each = each.sorted()
  }

  private static func gradients(
    _ parameters: ParameterStore, _ compute: Compute, _ loss: () throws -> Tensor
  ) throws -> [[Float]] {
    try compute.run { try loss().backward() }
    return parameters.parameters.map { parameter in
      defer { parameter.gradient = nil }
      return parameter.gradient?.floats ?? []
    }
  }

  var description: String {
    return "\(name): gradients in bf16 are \(all.percentText) from fp32; of \(each.count) parameters the median is "
      + "\(each[each.count / 2].percentText) off, nine tenths at most \(each[each.count * 9 / 10].percentText)"
  }
}
