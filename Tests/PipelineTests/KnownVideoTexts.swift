import Foundation
import SluiceModels
import SluiceNN
import SluicePipelines
import SluicePlatform
import SluiceSamples
import SluiceTensor

/// A network of videos and texts without anything to learn, whose features a loop can make again.
struct KnownVideoTexts: VideoTextNetwork {
  let parameters = ParameterStore()
  /// How often prompts went through the network.
  let textCount = Lock(0)
  /// What all scores are instead; what they are if `nil`.
  var score: Float?

  /// Means of each channel over each half of the frame's width, `[N, T, 6]`.
  func frameFeatures(of clips: Tensor) -> Tensor {
    let shape = clips.shape
    let (count, frames, width, size) = (shape[0], shape[2], shape[4], shape[3] * shape[4])
    let values = clips.floats
    var features = [Float](repeating: 0, count: count * frames * 6)
    for clip in 0..<count {
      for channel in 0..<3 {
        for frame in 0..<frames {
          let start = ((clip * 3 + channel) * frames + frame) * size
          for index in 0..<size {
            let half = index % width * 2 / width
            features[(clip * frames + frame) * 6 + channel * 2 + half] += values[start + index] / Float(size)
          }
        }
      }
    }
    return Tensor(features, shape: [count, frames, 6])
  }

  /// Six numbers of each prompt's tokens, `[K, 6]`, and the same as its only token.
  func texts(of prompts: ClassPrompts) -> CLIPTexts {
    textCount.withLock { $0 += 1 }
    let features = (0..<prompts.count).flatMap { number in
      (1...6).map { factor in
        prompts.ids(of: [number]).enumerated().reduce(Float(0)) {
          $0 + Float(sin(Double($1.element) * Double(factor) + Double($1.offset)))
        }
      }
    }
    let sentences = Tensor(features, shape: [prompts.count, 6])
    return CLIPTexts(sentences: sentences, tokens: sentences.reshaped(prompts.count, 1, 6))
  }

  /// Products of the mean frame with each sentence.
  func scores(of frames: Tensor, _ texts: CLIPTexts) -> Tensor {
    let (count, length, classCount) = (frames.shape[0], frames.shape[1], texts.sentences.shape[0])
    let (values, sentences) = (frames.floats, texts.sentences.floats)
    var scores: [Float] = []
    for clip in 0..<count {
      for sentence in 0..<classCount {
        var sum: Float = 0
        for frame in 0..<length {
          for index in 0..<6 { sum += values[(clip * length + frame) * 6 + index] * sentences[sentence * 6 + index] }
        }
        scores.append(score ?? sum / Float(length) / 10)
      }
    }
    return Tensor(scores, shape: [count, classCount])
  }

  /// Letters as numbers, four of them.
  static func prompts(of names: [String]) -> ClassPrompts {
    ClassPrompts(names: names, ids: names.flatMap { Array(($0 + "    ").utf8.prefix(4)).map { Int32($0) } })
  }
}
