internal import Glibc
public import SluiceTensor

/// How the video is drawn that a text does not belong to.
public enum VideoTextNegatives: String, Sendable, CaseIterable {
  /// Each other video of the batch is as likely.
  case random
  /// The more a video resembles what belongs to the text, the likelier.
  case hard

  /// For each text the number of another video of the batch.
  /// - Parameters:
  ///   - draws: for each text a number in 0 ..< 1.
  ///   - cosines: of texts and videos, `[B, B]`; looked at for ``hard`` only.
  ///   - temperature: what cosines are divided by.
  /// - Precondition: at least two draws, and as many rows and columns.
  public func indices(draws: [Double], cosines: @autoclosure () -> Tensor, temperature: Float = 0.05) -> [Int] {
    precondition(draws.count > 1, "\(draws.count) pairs leave no other video")
    switch self {
    case .random:
      return draws.enumerated().map { text, draw in
        let other = min(Int(draw * Double(draws.count - 1)), draws.count - 2)
        return other < text ? other : other + 1
      }
    case .hard:
      let shares = VideoTextNegatives.shares(cosines(), temperature: temperature)
      return zip(draws, shares).enumerated().map { text, pair in
        var sum = 0.0
        let first = pair.1.indices.first { video in
          sum += pair.1[video]
          return video != text && sum > pair.0
        }
        // The sum of all may be a little less than 1.
        return first ?? (text == draws.count - 1 ? text - 1 : draws.count - 1)
      }
    }
  }

  /// Of each text the probability of each video: a softmax of their cosines without the text's own.
  package static func shares(_ cosines: Tensor, temperature: Float = 0.05) -> [[Double]] {
    let (values, count) = (cosines.floats, cosines.shape[0])
    return (0..<count).map { text in
      let row = (0..<count).map { Double(values[text * count + $0]) / Double(temperature) }
      let top = row.enumerated().reduce(-Double.infinity) { $1.offset == text ? $0 : max($0, $1.element) }
      let weights = row.enumerated().map { $0.offset == text ? 0 : exp($0.element - top) }
      let sum = weights.reduce(0, +)
      return weights.map { $0 / sum }
    }
  }
}
