internal import Glibc

extension Tensor {
  /// The mean divergence of the shares that these logits give from those of `target`, row by row:
  /// `Σ t · (ln t − ln softmax(x)) / rows`, in double precision.
  ///
  /// For matrices of a batch's size: a sum whose terms nearly cancel keeps its digits.
  /// - Parameter target: of this tensor's shape; each row sums to 1. Gets no gradient.
  /// - Returns: one number.
  /// - Source: Kullback and Leibler, "On information and sufficiency", 1951.
  public func divergence(from target: Tensor) -> Tensor {
    guard elementType == .float32 else { return floating.divergence(from: target) }
    require(
      shape.rank == 2 && target.shape == shape && count > 0,
      ShapeError("divergence", [shape, target.shape], "wanted are two equal matrices with rows and columns"))
    let timer = OperationTimer.start()
    let (rows, columns) = (shape[0], shape[1])
    let (logits, wanted) = (floats, target.floats)
    var shares = [Double](repeating: 0, count: columns)
    var (total, differences) = (0.0, [Float](repeating: 0, count: count))
    for start in stride(from: 0, to: count, by: columns) {
      var (largest, sum) = (-Double.infinity, 0.0)
      for column in 0..<columns { largest = max(largest, Double(logits[start + column])) }
      for column in 0..<columns {
        shares[column] = exp(Double(logits[start + column]) - largest)
        sum += shares[column]
      }
      let logSum = largest + log(sum)
      for column in 0..<columns {
        let (share, logit) = (Double(wanted[start + column]), Double(logits[start + column]))
        // 0 · ln 0 is 0.
        if share > 0 { total += share * (log(share) - (logit - logSum)) }
        differences[start + column] = Float(shares[column] / sum - share)
      }
    }
    timer?.stop("divergence", bytes: 12 * count)
    let slope = Tensor(differences, shape: shape)
    return Tensor(Float(total / Double(rows))).recorded("divergence", [self]) { gradient in
      [slope.scaled(gradient.scalar / Float(rows))]
    }
  }
}
