import Foundation
import SluiceNN
import SluicePipelines
import SluiceSamples
import SluiceTensor

/// Towers without anything to learn, whose features a loop can make again.
struct KnownTowers: RetrievalTowers {
  /// What the features are.
  enum Kind {
    /// Of what is seen and read.
    case plain
    /// The same of everything.
    case constant
    /// Of videos no numbers.
    case broken
  }

  var kind = Kind.plain
  let parameters = ParameterStore()

  /// Means of each channel over each half of the frame's width, `[B, 6]`.
  func videoFeatures(of clips: Tensor) -> Tensor {
    let (count, width) = (clips.shape[0], clips.shape[4])
    let channel = clips.shape.count / count / 3
    let values = clips.floats
    let features = (0..<count * 3).flatMap { number -> [Float] in
      var halves: [Float] = [0, 0]
      for index in 0..<channel {
        halves[index % width * 2 / width] += values[number * channel + index] / Float(channel)
      }
      return halves
    }
    return answer(features, count, isVideo: true)
  }

  /// The mean over all tokens, padding too, of six numbers for each, `[B, 6]`.
  func textFeatures(of texts: PaddedTexts) -> Tensor {
    let features = (0..<texts.count).flatMap { text -> [Float] in
      (1...6).map { factor in
        texts.ids[text * texts.width..<(text + 1) * texts.width].reduce(0) {
          $0 + Float(sin(Double($1) * Double(factor)))
        } / Float(texts.width)
      }
    }
    return answer(features, texts.count, isVideo: false)
  }

  private func answer(_ features: [Float], _ count: Int, isVideo: Bool) -> Tensor {
    switch kind {
    case .constant: Tensor([Float](repeating: 0.5, count: features.count), shape: [count, 6])
    case .broken where isVideo: Tensor([Float](repeating: .nan, count: features.count), shape: [count, 6])
    case .plain, .broken: Tensor(features, shape: [count, 6])
    }
  }

  /// Letters as numbers, between 1 and 2.
  static let encoding = TextEncoding(padding: 0) { [1] + $0.utf8.map { Int($0) } + [2] }
}
