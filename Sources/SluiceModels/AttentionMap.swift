public import SluiceTensor

/// Where the heads of an attention look in one image, seen from the class token.
///
/// ```swift
/// let weights = try model.attentionWeights(of: clip)
/// let maps = AttentionMap.maps(of: weights, rows: 14, columns: 14)   // one a time step
/// let image = maps[0].overlay(on: frame, patchSize: 16)            // [H, W, 3], 0…255
/// ```
/// - Source: VideoTransformer-pytorch, `visualize_attention`; Caron et al., "Emerging properties in self-supervised
///   vision transformers", ICCV 2021.
public struct AttentionMap: Sendable, Equatable {
  /// Heads.
  public let headCount: Int
  /// Patches from top to bottom.
  public let rows: Int
  /// Patches from left to right.
  public let columns: Int
  /// Row-major `[heads, rows, columns]`: shares of attention.
  public let values: [Float]

  /// The colors of the heads, in order.
  public static let colors: [[Double]] = [
    [0, 160, 215], [220, 55, 60], [245, 180, 0], [10, 120, 190], [40, 150, 100], [135, 75, 145],
  ]

  /// The maps of all sequences of `[sequences, heads, 1 + rows · columns, …]` weights.
  /// - Precondition: the weights are of such a grid.
  public static func maps(of weights: Tensor, rows: Int, columns: Int) -> [AttentionMap] {
    let (heads, count) = (weights.shape[1], weights.shape[2])
    precondition(
      count == rows * columns + 1,
      "attention among \(count) tokens is not a class token and \(rows) × \(columns) patches")
    return weights.withFloats { shares in
      (0..<weights.shape[0]).map { sequence in
        var values: [Float] = []
        for head in 0..<heads {
          let start = (sequence * heads + head) * count * count
          for index in 1..<count { values.append(shares[start + index]) }
        }
        return AttentionMap(headCount: heads, rows: rows, columns: columns, values: values)
      }
    }
  }

  /// The maps of each time step where all tokens of a clip attend to each other.
  /// - Parameter weights: `[clips, heads, N, N]` with `N` = 1 + rows · columns · steps, steps innermost.
  static func maps(ofJoint weights: Tensor, rows: Int, columns: Int, steps: Int) -> [AttentionMap] {
    let (heads, count) = (weights.shape[1], weights.shape[2])
    return weights.withFloats { shares in
      (0..<weights.shape[0] * steps).map { index in
        let (clip, step) = index.quotientAndRemainder(dividingBy: steps)
        var values: [Float] = []
        for head in 0..<heads {
          let start = (clip * heads + head) * count * count
          for patch in 0..<rows * columns { values.append(shares[start + 1 + patch * steps + step]) }
        }
        return AttentionMap(headCount: heads, rows: rows, columns: columns, values: values)
      }
    }
  }

  /// The patches that hold the top `share` of each head's attention, `[heads, rows, columns]`.
  public func keeping(_ share: Double = 0.6) -> [Bool] {
    var kept = [Bool](repeating: false, count: values.count)
    let size = rows * columns
    for head in 0..<headCount {
      let order = (head * size..<(head + 1) * size).sorted { (values[$0], $0) < (values[$1], $1) }
      let total = order.reduce(0.0) { $0 + Double(values[$1]) }
      var sum = 0.0
      for index in order {
        sum += Double(values[index]) / total
        kept[index] = sum > 1 - share
      }
    }
    return kept
  }

  /// The image in dark gray with the patches of the first six heads in their colors, `[H, W, 3]`, 0…255.
  /// - Parameters:
  ///   - image: `[3, rows · patchSize, columns · patchSize]`, of any range.
  ///   - patchSize: pixels of a patch's side.
  ///   - share: the share of each head's attention that is shown.
  public func overlay(on image: [Float], patchSize: Int, share: Double = 0.6) -> [UInt8] {
    let (height, width) = (rows * patchSize, columns * patchSize)
    precondition(image.count == 3 * height * width, "an image of \(image.count) values for \(height) × \(width)")
    var canvas = gray(image, area: height * width)
    let shown = strongest(keeping(share))
    for head in 0..<min(headCount, AttentionMap.colors.count) {
      let own = shown.map { $0.head == head ? $0.share : 0 }
      let (least, most) = (own.min() ?? 0, own.max() ?? 0)
      guard most > least else { continue }
      for row in 0..<height {
        for column in 0..<width {
          let strength = (own[(row / patchSize) * columns + column / patchSize] - least) / (most - least)
          guard strength > 0.2 else { continue }
          let root = strength.squareRoot()
          for color in 0..<3 {
            let index = (row * width + column) * 3 + color
            canvas[index] = canvas[index] * (1 - root) + root * AttentionMap.colors[head][color]
          }
        }
      }
    }
    return canvas.map { UInt8(min(max($0, 0), 255)) }
  }

  /// For each patch the head that looks at it most, and how much; the first of equal ones.
  private func strongest(_ kept: [Bool]) -> [(head: Int, share: Double)] {
    let size = rows * columns
    return (0..<size).map { index in
      var best = (head: 0, share: kept[index] ? Double(values[index]) : 0)
      for head in 1..<max(headCount, 1) {
        let share = kept[head * size + index] ? Double(values[head * size + index]) : 0
        if share > best.share { best = (head, share) }
      }
      return best
    }
  }

  private func gray(_ image: [Float], area: Int) -> [Double] {
    let (least, most) = (Double(image.min() ?? 0), Double(image.max() ?? 0))
    let range = most > least ? most - least : 1
    return (0..<area).flatMap { index in
      let sum = (0..<3).reduce(0.0) { $0 + (Double(image[$1 * area + index]) - least) / range * 64 + 192 }
      return [Double](repeating: 0.1 * (sum / 3).rounded(.towardZero), count: 3)
    }
  }
}
