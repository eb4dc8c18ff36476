internal import Glibc
internal import SluicePlatform

/// The numbers a parameter begins with.
///
/// They depend on the seed and the parameter's name only: adding a layer changes no other layer's numbers.
public struct Initializer: Sendable, Equatable {
  private enum Law: Equatable {
    case constant(Float)
    case uniform(bound: Double)
    case normal(deviation: Double, cut: Double)
    case motionFilters(bound: Double)
  }

  private let law: Law

  /// All 0.
  public static let zeros = Initializer(law: .constant(0))

  /// All 1.
  public static let ones = Initializer(law: .constant(1))

  /// All the same number.
  public static func constant(_ value: Double) -> Initializer { Initializer(law: .constant(Float(value))) }

  /// Uniform in ±`bound`.
  public static func uniform(_ bound: Double) -> Initializer { Initializer(law: .uniform(bound: bound)) }

  /// Normal around 0.
  public static func normal(_ deviation: Double) -> Initializer {
    Initializer(law: .normal(deviation: deviation, cut: .infinity))
  }

  /// Normal around 0, drawn again until inside ±`cut` (an absolute value, not a multiple of the deviation).
  public static func truncatedNormal(_ deviation: Double, cut: Double = 2) -> Initializer {
    Initializer(law: .normal(deviation: deviation, cut: cut))
  }

  /// Uniform with the variance 2 / (inputs + outputs).
  /// - Source: Glorot and Bengio, AISTATS 2010.
  public static func xavier(inputs: Int, outputs: Int) -> Initializer {
    .uniform((6 / Double(inputs + outputs)).squareRoot())
  }

  /// Uniform in ±1/√`inputs`, what PyTorch gives linears and convolutions unless told otherwise.
  public static func reciprocalRoot(inputs: Int) -> Initializer { .uniform(1 / Double(inputs).squareRoot()) }

  /// Normal with variance 2 / inputs, for layers before a rectifier.
  /// - Source: He et al., ICCV 2015.
  public static func kaiming(inputs: Int) -> Initializer { .normal((2 / Double(inputs)).squareRoot()) }

  /// Xavier filters, nine tenths of the mean of each filter's frame taken away, times 2: they see change more than light.
  ///
  /// For a parameter `[outputs, colors, T, H, W]`; the mean is over each `H × W`.
  public static func motionFilters(inputs: Int, outputs: Int) -> Initializer {
    Initializer(law: .motionFilters(bound: (6 / Double(inputs + outputs)).squareRoot()))
  }

  /// Writes the numbers of the parameter `name`.
  package func fill(
    _ elements: inout MutableSpan<Float>, frameSize: Int, name: String, seed: UInt64
  ) {
    switch law {
    case .constant(let value):
      for index in elements.indices { elements[index] = value }
    case .uniform(let bound):
      draw(&elements, name, seed) { Float((2 * $0 - 1) * bound) }
    case .normal(let deviation, let cut):
      let share = cut.isFinite ? Initializer.normalShare(below: cut / deviation) : 1
      let width = share - (1 - share)
      draw(&elements, name, seed) {
        let value = Initializer.normalQuantile(share < 1 ? 1 - share + $0 * width : $0) * deviation
        return Float(min(max(value, -cut), cut))
      }
    case .motionFilters(let bound):
      draw(&elements, name, seed) { Float((2 * $0 - 1) * bound) }
      for start in stride(from: 0, to: elements.count, by: frameSize) {
        var mean: Double = 0
        for index in start..<start + frameSize { mean += Double(elements[index]) }
        mean /= Double(frameSize)
        for index in start..<start + frameSize { elements[index] = Float((Double(elements[index]) - 0.9 * mean) * 2) }
      }
    }
  }

  /// Draws one uniform number in 0…1 (both ends excluded) for each element.
  private func draw(
    _ elements: inout MutableSpan<Float>, _ name: String, _ seed: UInt64, value: (Double) -> Float
  ) {
    var random = KeyedRandom(seed: seed, epoch: 0, sample: 0, stage: "parameter " + name)
    var index = 0
    while index < elements.count {
      let bits = random.next()
      elements[index] = value((Double(UInt32(truncatingIfNeeded: bits)) + 0.5) * 0x1p-32)
      if index + 1 < elements.count { elements[index + 1] = value((Double(UInt32(bits >> 32)) + 0.5) * 0x1p-32) }
      index += 2
    }
  }

  private static func normalShare(below value: Double) -> Double {
    0.5 * erfc(-value / 2.squareRoot())
  }

  /// The number below which a standard normal variable falls with the given probability.
  /// - Source: Wichura, "Algorithm AS 241: The percentage points of the normal distribution", 1988 (PPND7).
  static func normalQuantile(_ probability: Double) -> Double {
    let offset = probability - 0.5
    if abs(offset) <= 0.425 {
      let r = 0.180625 - offset * offset
      return offset * (((59.109374720 * r + 159.29113202) * r + 50.434271938) * r + 3.3871327179)
        / (((67.187563600 * r + 78.757757664) * r + 17.895169469) * r + 1)
    }
    let r = (-log(min(probability, 1 - probability))).squareRoot()
    let size: Double
    if r <= 5 {
      let s = r - 1.6
      size =
        (((0.17023821103 * s + 1.3067284816) * s + 2.7568153900) * s + 1.4234372777)
        / ((0.12021132975 * s + 0.73700164250) * s + 1)
    } else {
      let s = r - 5
      size =
        (((0.017337203997 * s + 0.42868294337) * s + 3.0812263860) * s + 6.6579051150)
        / ((0.012258202635 * s + 0.24197894225) * s + 1)
    }
    return offset < 0 ? -size : size
  }
}
