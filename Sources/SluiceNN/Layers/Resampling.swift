package import SluiceTensor

/// How the values along one axis become more or fewer: for each new index the old ones it is made of, with their shares.
///
/// Samples are in the middle of their cells, and cells beyond the ends are those at the ends.
package struct Resampling: Sendable {
  /// One old index and its share.
  package typealias Tap = (index: Int, share: Double)

  /// Values along the axis before.
  package let size: Int
  /// For each new index, what it is made of.
  package let taps: [[Tap]]

  /// Straight lines between neighbors.
  package static func linear(from size: Int, to count: Int) -> Resampling {
    Resampling(
      size: size,
      taps: (0..<count).map { index in
        let source = max((Double(index) + 0.5) * Double(size) / Double(count) - 0.5, 0)
        let base = min(Int(source), size - 1)
        let share = source - Double(base)
        return [(base, 1 - share), (min(base + 1, size - 1), share)]
      })
  }

  /// Keys' cubic kernel at a = −0.75 over four neighbors, without smoothing where values become fewer.
  /// - Parameter scale: new cells for each old one; the quotient of the extents unless a source computes otherwise.
  package static func cubic(from size: Int, to count: Int, scale: Double? = nil) -> Resampling {
    let scale = scale ?? Double(count) / Double(size)
    func kernel(_ distance: Double) -> Double {
      let (a, x) = (-0.75, abs(distance))
      if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
    }
    return Resampling(
      size: size,
      taps: (0..<count).map { index in
        let source = (Double(index) + 0.5) / scale - 0.5
        let base = Int(source.rounded(.down))
        return (base - 1...base + 2).map { (min(max($0, 0), size - 1), kernel(source - Double($0))) }
      })
  }

  /// The matrix `[taps.count, size]` that resamples by a product.
  package var matrix: Tensor {
    Tensor([taps.count, size]) { elements in
      for (row, taps) in taps.enumerated() {
        for (index, share) in taps { elements[row * size + index] += Float(share) }
      }
    }
  }

  /// A tensor whose axis has as many values as there are taps; no gradient flows through.
  /// - Precondition: `size` values along the axis before.
  package func callAsFunction(_ tensor: Tensor, axis: Int) -> Tensor {
    var shape = tensor.shape.dimensions
    precondition(shape[axis] == size, "\(tensor.shape) does not have \(size) values along axis \(axis)")
    let (outer, inner) = (shape[..<axis].reduce(1, *), shape[(axis + 1)...].reduce(1, *))
    shape[axis] = taps.count
    return Tensor(Shape(shape)) { elements in
      tensor.withFloats { source in
        for block in 0..<outer {
          for (index, taps) in taps.enumerated() {
            for offset in 0..<inner {
              var sum = 0.0
              for (old, share) in taps { sum += share * Double(source[(block * size + old) * inner + offset]) }
              elements[(block * self.taps.count + index) * inner + offset] = Float(sum)
            }
          }
        }
      }
    }
  }
}
