internal import SluicePlatform

/// Classification by the features of frames alone: each frame votes for the class whose sentence it is nearest to.
///
/// The share of a class is the mean over a sample's frames of the softmax of 100 times their products with the sentences. With
/// real features each of these is nearly a whole vote, and equal shares are common: sums are in double precision, and of
/// equal shares the class with the lower number comes first.
///
/// ```swift
/// var votes = FrameVotes(classCount: 51)
/// votes.add(frames: frames, count: 8, sentences: sentences, label: 17)
/// votes.accuracy().share(within: 1)             // on all classes
/// votes.half(seed: 0).accuracy.share(within: 1)   // on a half of them
/// ```
/// - Source: Wu et al., "Bidirectional cross-modal knowledge exploration for video recognition with pre-trained
///   vision-language models", CVPR 2023, and its released zero-shot test.
public struct FrameVotes: Sendable {
  /// What products are multiplied by: CLIP's largest scale.
  private static let scale = 100.0

  /// Classes there are.
  public let classCount: Int
  // Products of each sample, row-major `[T, classes]`.
  private var samples: [(products: [Double], label: Int)] = []

  public init(classCount: Int) {
    self.classCount = classCount
  }

  /// Samples added.
  public var sampleCount: Int { samples.count }

  /// Adds a sample.
  /// - Parameters:
  ///   - frames: `[T, D]`, row-major, as they are: not normalized.
  ///   - count: `T`.
  ///   - sentences: `[classes, D]`, row-major, each of length 1.
  /// - Precondition: shapes and label fit.
  public mutating func add(frames: some RandomAccessCollection<Float>, count: Int, sentences: [Double], label: Int) {
    precondition(
      count > 0 && frames.count.isMultiple(of: count) && sentences.count == frames.count / count * classCount
        && (0..<classCount).contains(label),
      "\(frames.count) numbers of \(count) frames, \(sentences.count) of \(classCount) sentences, label \(label)")
    let (width, values) = (frames.count / count, frames.map { Double($0) })
    var products: [Double] = []
    products.reserveCapacity(count * classCount)
    for frame in 0..<count {
      for sentence in 0..<classCount {
        var sum = 0.0
        for index in 0..<width { sum += values[frame * width + index] * sentences[sentence * width + index] }
        products.append(sum)
      }
    }
    samples.append((products, label))
  }

  /// How often the right one of all classes was found.
  public func accuracy() -> TopAccuracy { accuracy(among: Array(0..<classCount)) }

  /// One of the splits by which zero-shot results are published: a half of the classes, rounded down, and the samples that
  /// show them.
  ///
  /// - Parameter seed: of NumPy's permutation of the classes, whose first half it is.
  /// - Returns: the classes in the order drawn, and how often the right one of them was found; those without samples are no
  ///   candidates.
  public func half(seed: Int) -> (classes: [Int], accuracy: TopAccuracy) {
    var random = MersenneTwister(seed: UInt32(truncatingIfNeeded: seed))
    let classes = Array(random.permutation(classCount).prefix(classCount / 2))
    let shown = Set(samples.map(\.label))
    return (classes, accuracy(among: classes.filter(shown.contains).sorted()))
  }

  /// - Parameter candidates: rising; samples of other classes are left out.
  private func accuracy(among candidates: [Int]) -> TopAccuracy {
    let positions = Dictionary(uniqueKeysWithValues: candidates.enumerated().map { ($1, $0) })
    var accuracy = TopAccuracy()
    for sample in samples {
      guard let position = positions[sample.label] else { continue }
      let frames = stride(from: 0, to: sample.products.count, by: classCount).map { start in
        ClassShares(candidates.map { Self.scale * sample.products[start + $0] }).softmax()
      }
      accuracy.add(rank: ClassShares(meanOf: frames).rank(of: position))
    }
    return accuracy
  }
}
