internal import SluiceKernels

/// What a difference between a prediction and its target costs.
public enum Penalty: Sendable, Hashable {
  /// The square.
  case squared
  /// The absolute value.
  case absolute
  /// Half the square over `beta` below `beta`, the absolute value less half of `beta` above.
  case smooth(beta: Float)

  var kernel: (kind: Int32, beta: Float) {
    switch self {
    case .squared: (Int32(SLUICE_SQUARED), 1)
    case .absolute: (Int32(SLUICE_ABSOLUTE), 1)
    case .smooth(let beta): (Int32(SLUICE_SMOOTH), beta)
    }
  }
}

extension Tensor {
  /// The penalty of the difference to `target`: `Σ weight · mean over the row / divisor`, a row being the last axis.
  ///
  /// - Parameters:
  ///   - target: of this tensor's shape; gets no gradient.
  ///   - penalty: what a difference costs.
  ///   - rowWeights: one factor for each row; 1 by default. A row of weight 0 is not looked at.
  ///   - divisor: what the sum is divided by; the sum of the weights by default.
  /// - Returns: one number.
  public func loss(
    to target: Tensor, _ penalty: Penalty = .squared, rowWeights: [Float]? = nil, divisor: Float? = nil
  )
    -> Tensor
  {
    guard elementType == .float32 else {
      return floating.loss(to: target, penalty, rowWeights: rowWeights, divisor: divisor)
    }
    let width = shape.rank > 0 ? shape[-1] : 1
    let rows = count / max(width, 1)
    require(
      target.shape == shape && (rowWeights.map { $0.count == rows } ?? true),
      ShapeError(
        "loss", [shape, target.shape], "shapes must agree; \(rowWeights?.count ?? rows) weights for \(rows) rows"))
    let timer = OperationTimer.start()
    let whole = divisor ?? rowWeights.map { $0.reduce(0, +) } ?? Float(rows)
    let factor = 1 / (whole * Float(width))
    let (kind, beta) = penalty.kernel
    let chunks = Chunks(count: rows, grain: max(1, (1 << 13) / max(width, 1)), limit: 64)
    let total = Tensor.partialTotals(chunks) { range in
      var sum = 0.0
      for row in range {
        let weight = rowWeights?[row] ?? 1
        guard weight != 0 else { continue }
        unsafe sum +=
          Double(weight) * sluice_penalty(kind, beta, pointer + row * width, target.pointer + row * width, width)
      }
      return sum
    }
    timer?.stop("loss", bytes: 8 * count)
    return Tensor(Float(total * Double(factor))).recorded("loss", [self]) {
      [input = detached, target = target.detached] gradient in
      let result = Tensor(uninitialized: input.shape)
      let upper = gradient.scalar * factor
      Compute.current.team.forEach(chunks.count) { chunk in
        for row in chunks[chunk] {
          let start = row * width
          unsafe sluice_penalty_backward(
            kind, beta, input.pointer + start, target.pointer + start, upper * (rowWeights?[row] ?? 1),
            result.pointer + start, width)
        }
      }
      return [result]
    }
  }

  /// The mean cross-entropy of logits `[rows, classes]` against one label a row.
  ///
  /// - Parameters:
  ///   - labels: one class a row.
  ///   - smoothing: the share of the target that is spread evenly over all classes.
  ///   - rowWeights: one factor for each row; the sum is divided by the sum of the weights.
  /// - Returns: one number.
  public func crossEntropy(labels: [Int], smoothing: Float = 0, rowWeights: [Float]? = nil) -> Tensor {
    guard elementType == .float32 else {
      return floating.crossEntropy(labels: labels, smoothing: smoothing, rowWeights: rowWeights)
    }
    let classes = shape[-1]
    let rows = count / max(classes, 1)
    require(
      labels.count == rows && labels.allSatisfy { 0 <= $0 && $0 < classes }
        && (rowWeights.map { $0.count == rows } ?? true),
      ShapeError("crossEntropy", [shape], "wanted one label in 0 ..< \(classes) for each of \(rows) rows"))
    let timer = OperationTimer.start()
    let whole = rowWeights.map { $0.reduce(0, +) } ?? Float(rows)
    let chunks = Chunks(count: rows, grain: max(1, (1 << 14) / max(classes, 1)), limit: 64)
    let logSums = Tensor(uninitialized: [rows])
    let total = Tensor.partialTotals(chunks) { range in
      var losses = [Double](repeating: 0, count: range.count)
      let start = range.lowerBound
      unsafe labels.withUnsafeBufferPointer { labels in
        unsafe sluice_cross_entropy(
          pointer + start * classes, labels.baseAddress! + start, smoothing, &losses, logSums.pointer + start,
          range.count,
          classes)
      }
      return zip(range, losses).reduce(0) { $0 + Double(rowWeights?[$1.0] ?? 1) * $1.1 }
    }
    timer?.stop("crossEntropy", bytes: 4 * count)
    return Tensor(Float(total / Double(whole))).recorded("crossEntropy", [self]) { [input = detached] gradient in
      let result = Tensor(uninitialized: input.shape)
      let factors = (0..<rows).map { gradient.scalar * (rowWeights?[$0] ?? 1) / whole }
      Compute.current.team.forEach(chunks.count) { chunk in
        let (range, start) = (chunks[chunk], chunks[chunk].lowerBound)
        unsafe labels.withUnsafeBufferPointer { labels in
          unsafe factors.withUnsafeBufferPointer { factors in
            unsafe sluice_cross_entropy_backward(
              input.pointer + start * classes, labels.baseAddress! + start, smoothing, logSums.pointer + start,
              factors.baseAddress! + start, result.pointer + start * classes, range.count, classes)
          }
        }
      }
      return [result]
    }
  }

  /// The mean cross-entropy of logits `[rows, classes]` against a distribution a row.
  ///
  /// - Parameter target: of this tensor's shape; each row sums to 1. Gets no gradient.
  /// - Returns: one number.
  public func crossEntropy(target: Tensor) -> Tensor {
    guard elementType == .float32 else { return floating.crossEntropy(target: target) }
    let classes = shape[-1]
    let rows = count / max(classes, 1)
    require(target.shape == shape, ShapeError("crossEntropy", [shape, target.shape], "shapes differ"))
    let timer = OperationTimer.start()
    let shares = Tensor(uninitialized: shape)
    let logSums = Tensor(uninitialized: [rows])
    let chunks = Chunks(count: rows, grain: max(1, (1 << 14) / max(classes, 1)), limit: 64)
    let total = Tensor.partialTotals(chunks) { range in
      let start = range.lowerBound * classes
      let (x, t, p) = unsafe (pointer + start, target.pointer + start, shares.pointer + start)
      unsafe p.update(from: x, count: range.count * classes)
      unsafe sluice_softmax(p, nil, 0, 1, logSums.pointer + range.lowerBound, range.count, classes)
      var sum = 0.0
      for (row, index) in range.enumerated() {
        let (logits, wanted) = unsafe (x + row * classes, t + row * classes)
        unsafe sum += Double(logSums.pointer[index]) * sluice_sum(wanted, classes) - sluice_dot(wanted, logits, classes)
      }
      return sum
    }
    timer?.stop("crossEntropy", bytes: 12 * count)
    return Tensor(Float(total / Double(rows))).recorded("crossEntropy", [self]) { [target = target.detached] gradient in
      let factor = gradient.scalar / Float(rows)
      return [withoutGradients { (shares - target) * factor }]
    }
  }
}
