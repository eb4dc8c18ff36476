internal import SluiceNN
internal import SluiceTensor

/// How far a model's gradients in bfloat16 are from those in single precision: Euclidean lengths of the differences as
/// shares of the lengths of the gradients.
struct GradientErrors: CustomStringConvertible {
  let name: String
  /// Of all parameters as one vector.
  let all: Double
  /// Of each parameter, in rising order.
  let each: [Double]

  init(_ task: TrainTask, _ compute: Compute) throws {
    name = task.name
    let exact = try GradientErrors.gradients(task, compute.with(.float32))
    let brief = try GradientErrors.gradients(task, compute)
    var (distance, length, each) = (0.0, 0.0, [Double]())
    for (found, wanted) in zip(brief, exact) {
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

  private static func gradients(_ task: TrainTask, _ compute: Compute) throws -> [[Float]] {
    try compute.run { try task.loss().backward() }
    return task.parameters.parameters.map { parameter in
      defer { parameter.gradient = nil }
      return parameter.gradient?.floats ?? []
    }
  }

  var description: String {
    func percent(_ share: Double) -> String { "\((share * 1e4).rounded() / 100) %" }
    return "\(name): gradients in bf16 are \(percent(all)) from fp32; of \(each.count) parameters the median is "
      + "\(percent(each[each.count / 2])) off, nine tenths at most \(percent(each[each.count * 9 / 10]))"
  }
}
