internal import Glibc
internal import SluiceNN
internal import SluiceTensor

extension NormedAttention {
  /// The shares with which each token looks at the others, `[rows, heads, N, N]`; for looking, not for training.
  func weights(_ tokens: Tensor) -> Tensor {
    let packed = packed(norm(tokens))
    let (rows, count, width) = (packed.shape[0], packed.shape[1], packed.shape[2] / 3)
    let size = width / headCount
    let scale = 1 / Float(size).squareRoot()
    return Tensor([rows, headCount, count, count]) { shares in
      packed.withFloats { numbers in
        var scores = [Float](repeating: 0, count: count)
        for (row, head, query) in positions(rows, headCount, count) {
          let start = (row * count + query) * 3 * width + head * size
          for key in 0..<count {
            let other = (row * count + key) * 3 * width + width + head * size
            var sum: Float = 0
            for index in 0..<size { sum += numbers[start + index] * numbers[other + index] }
            scores[key] = sum * scale
          }
          // A sequence has at least one token.
          let largest = scores.max() ?? 0
          var total: Float = 0
          for key in 0..<count {
            scores[key] = expf(scores[key] - largest)
            total += scores[key]
          }
          let base = ((row * headCount + head) * count + query) * count
          for key in 0..<count { shares[base + key] = scores[key] / total }
        }
      }
    }
  }

  private func positions(_ rows: Int, _ heads: Int, _ queries: Int) -> some Sequence<(Int, Int, Int)> {
    (0..<rows * heads * queries).lazy.map { ($0 / (heads * queries), $0 / queries % heads, $0 % queries) }
  }
}
