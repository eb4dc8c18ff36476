/// Mean and deviation that a network expects its colors normalized by: `(value / 255 - mean) / deviation`.
public struct Normalization: Sendable, Hashable {
  /// Of red, green and blue, in 0…1.
  public var mean: [Float]
  public var deviation: [Float]
  /// Whether each clip's own statistics follow; see ``perClip(softening:)``.
  private(set) var softening: Float?

  /// - Precondition: three values each, deviations above 0.
  public init(mean: [Float], deviation: [Float]) {
    precondition(
      mean.count == 3 && deviation.count == 3 && deviation.allSatisfy { $0 > 0 },
      "a normalization has three means and three positive deviations, not \(mean) and \(deviation)")
    self.mean = mean
    self.deviation = deviation
  }

  /// Each color of each clip by the mean and deviation it has there: `(value - mean) / (deviation + softening)`.
  ///
  /// - Parameter softening: keeps flat clips from becoming noise, in steps of 0…255.
  public static func perClip(softening: Float = 2) -> Normalization {
    var own = Normalization(mean: [0, 0, 0], deviation: [1 / 255, 1 / 255, 1 / 255])
    own.softening = softening
    return own
  }

  /// Finishes one color of a clip whose values were normalized one by one.
  func finish(_ values: UnsafeMutableBufferPointer<Float>) {
    guard let softening, !values.isEmpty else { return }
    let count = Double(values.count)
    let mean = unsafe values.reduce(0) { $0 + Double($1) } / count
    let variance = unsafe values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
    let scale = Float(1 / (variance.squareRoot() + Double(softening)))
    for index in values.indices { unsafe values[index] = (values[index] - Float(mean)) * scale }
  }

  /// 0.45 and 0.225 for every color.
  public static let kinetics: Normalization = Normalization(
    mean: [0.45, 0.45, 0.45], deviation: [0.225, 0.225, 0.225])
  /// The statistics of ImageNet.
  public static let imagenet: Normalization = Normalization(
    mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])
  /// The statistics CLIP was trained with.
  public static let clip: Normalization = Normalization(
    mean: [0.48145466, 0.4578275, 0.40821073], deviation: [0.26862954, 0.26130258, 0.27577711])
  /// To -1…1.
  public static let half: Normalization = Normalization(mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5])

  /// The normalization by named statistics.
  public init(_ statistics: Statistics) {
    self =
      switch statistics {
      case .kinetics: .kinetics
      case .imagenet: .imagenet
      case .clip: .clip
      case .half: .half
      case .perClip: .perClip()
      }
  }
}

extension Normalization {
  /// The statistics that published models were trained with, by the names that settings use.
  public enum Statistics: String, Sendable, CaseIterable {
    /// 0.45 and 0.225 for every color.
    case kinetics
    /// Those of ImageNet.
    case imagenet
    /// Those of the images CLIP was trained on.
    case clip
    /// 0.5 and 0.5 for every color: to -1…1.
    case half
    /// Those of each clip itself; see ``Normalization/perClip(softening:)``.
    case perClip
  }
}
