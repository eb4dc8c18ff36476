internal import SluiceNN
package import SluiceTensor

/// Which phrases of a lexicon say most about videos, by features of a CLIP.
///
/// The features of a video's frames, as the tower gives them, are averaged over time and compared with those of the phrases by
/// their cosine.
package struct PhraseRanking: Sendable {
  /// Row-major `[N, K]`: how near each video is to each phrase.
  package let similarities: [Float]
  /// Phrases there are.
  package let phraseCount: Int

  /// - Parameters:
  ///   - frames: `[N, T, D]`.
  ///   - phrases: `[K, D]`.
  package init(of frames: Tensor, _ phrases: Tensor) {
    phraseCount = phrases.shape[0]
    similarities = withoutGradients { frames.mean(over: 1).cosines(with: phrases) }.floats
  }

  /// For each video the numbers of the phrases that are nearest, the nearest first, of equal ones the lower number.
  package func nearest(_ count: Int) -> [[Int]] {
    stride(from: 0, to: similarities.count, by: phraseCount).map { start in
      let order = (0..<phraseCount).sorted { one, other in
        let (first, second) = (similarities[start + one], similarities[start + other])
        return first != second ? first > second : one < other
      }
      return Array(order.prefix(count))
    }
  }
}
