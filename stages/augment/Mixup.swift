package import SluicePlatform
public import SluiceTensor

/// Mixes the clips of a batch in pairs, and their labels with them: mixup or CutMix, chosen anew for each batch.
///
/// The partner of each clip is its mirror in the batch: first and last, second and last but one.
/// - Source: Zhang et al., "mixup: beyond empirical risk minimization", 2017; Yun et al., "CutMix: regularization
///   strategy to train strong classifiers with localizable features", 2019.
public struct Mixup: Sendable, Hashable {
  /// Of the beta distribution that mixup's share is drawn from.
  public var mixupAlpha: Double
  /// Of the beta distribution that CutMix's share is drawn from.
  public var cutmixAlpha: Double
  /// Share of the batches that are mixed at all.
  public var probability: Double
  /// Share of the mixed batches that CutMix mixes.
  public var switchProbability: Double
  /// What of a label is spread over all classes, mixed or not.
  public var labelSmoothing: Double
  public var classCount: Int

  public init(
    classCount: Int, mixupAlpha: Double = 0.8, cutmixAlpha: Double = 1, probability: Double = 1,
    switchProbability: Double = 0.5, labelSmoothing: Double = 0.1
  ) {
    self.classCount = classCount
    self.mixupAlpha = mixupAlpha
    self.cutmixAlpha = cutmixAlpha
    self.probability = probability
    self.switchProbability = switchProbability
    self.labelSmoothing = labelSmoothing
  }

  /// What is done to one batch.
  public enum Choice: Sendable, Hashable {
    case none
    /// Every value: `share` of its own, the rest of its partner's.
    case mixup(share: Double)
    /// The box of every frame is the partner's; `share` is what is left of its own.
    case cutmix(CropBox, share: Double)

    /// The share of a clip's own label.
    public var share: Double {
      switch self {
      case .none: 1
      case .mixup(let share), .cutmix(_, let share): share
      }
    }
  }

  /// Draws whether to mix, how, the share and, for CutMix, row and column of the box's center.
  package func choice(width: Int, height: Int, draws: inout some RandomDraws) -> Choice {
    guard draws.uniform(0, 1) < probability else { return .none }
    guard draws.uniform(0, 1) < switchProbability else {
      return .mixup(share: betaDraw(mixupAlpha, &draws))
    }
    let share = betaDraw(cutmixAlpha, &draws)
    let row = draws.integer(in: 0...height - 1)
    let column = draws.integer(in: 0...width - 1)
    return Mixup.cutmix(share: share, row: row, column: column, width: width, height: height)
  }

  /// A box of `1 - share` of the frame about a center, cut at the border.
  package static func cutmix(share: Double, row: Int, column: Int, width: Int, height: Int) -> Choice {
    let side = (1 - share).squareRoot()
    let (boxHeight, boxWidth) = (Int(Double(height) * side), Int(Double(width) * side))
    func clipped(_ offset: Int, _ length: Int) -> Int { min(max(offset, 0), length) }
    let (top, bottom) = (clipped(row - boxHeight / 2, height), clipped(row + boxHeight / 2, height))
    let (left, right) = (clipped(column - boxWidth / 2, width), clipped(column + boxWidth / 2, width))
    let box = CropBox(top: top, left: left, height: bottom - top, width: right - left)
    return .cutmix(box, share: 1 - Double(box.height * box.width) / Double(height * width))
  }

  /// The mixed clips.
  /// - Parameter clips: `[B, …, H, W]`; `B` must be even unless the choice is `none`.
  /// - Throws: ``AugmentError`` if `B` is odd.
  public func clips(_ clips: Tensor, _ choice: Choice) throws(AugmentError) -> Tensor {
    guard choice != .none else { return clips }
    let batch = clips.shape[0]
    guard batch % 2 == 0 else {
      throw .setting("a batch of \(batch) clips cannot be mixed in pairs. Use an even batch size")
    }
    let size = clips.count / max(batch, 1)
    let (height, width) = (clips.shape[-2], clips.shape[-1])
    let result = Tensor(uninitialized: clips.shape)
    let (from, to) = unsafe (clips.pointer, result.pointer)
    for sample in 0..<batch {
      let own = unsafe from + sample * size
      let partner = unsafe from + (batch - 1 - sample) * size
      let out = unsafe to + sample * size
      switch choice {
      case .none: break
      case .mixup(let share):
        let (mine, other) = (Float(share), Float(1 - share))
        for index in 0..<size { unsafe out[index] = mine * own[index] + other * partner[index] }
      case .cutmix(let box, _):
        unsafe out.update(from: own, count: size)
        for frame in 0..<size / (height * width) {
          for row in box.top..<box.top + box.height {
            let offset = (frame * height + row) * width + box.left
            unsafe (out + offset).update(from: partner + offset, count: box.width)
          }
        }
      }
    }
    return result
  }

  /// The share of each class in each clip of the batch.
  /// - Returns: `[B, classCount]`.
  /// - Throws: ``AugmentError`` if a label is no class.
  public func targets(_ labels: [Int], _ choice: Choice) throws(AugmentError) -> Tensor {
    if let odd = labels.first(where: { !(0..<classCount).contains($0) }) {
      throw .setting("label \(odd) is none of \(classCount) classes. Set classCount to the largest label + 1")
    }
    let off = labelSmoothing / Double(classCount)
    let on = 1 - labelSmoothing + off
    var values = [Float](repeating: 0, count: labels.count * classCount)
    for (sample, label) in labels.enumerated() {
      let partner = labels[labels.count - 1 - sample]
      for kind in 0..<classCount {
        let mine = kind == label ? on : off
        let other = kind == partner ? on : off
        values[sample * classCount + kind] = Float(choice.share * mine + (1 - choice.share) * other)
      }
    }
    return Tensor(values, shape: [labels.count, classCount])
  }
}
