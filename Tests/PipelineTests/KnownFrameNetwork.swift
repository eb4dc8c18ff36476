import SluiceModels
import SluiceNN
import SluicePipelines
import SluiceSamples
import SluiceTensor

/// A network of videos and texts without anything to learn, whose features a loop can make again.
struct KnownFrameNetwork: SaliencyShowing {
  var scale: Float = 2
  var weighsFrames = true
  let parameters = ParameterStore()

  /// The mean of each channel of each frame, `[N, T, 3]`.
  func frameFeatures(of clips: Tensor) -> Tensor {
    let (count, frames, area) = (clips.shape[0], clips.shape[2], clips.shape[3] * clips.shape[4])
    let values = clips.floats
    var features: [Float] = []
    for clip in 0..<count {
      for frame in 0..<frames {
        for channel in 0..<3 {
          let start = ((clip * 3 + channel) * frames + frame) * area
          features.append(values[start..<start + area].reduce(0, +) / Float(area))
        }
      }
    }
    return Tensor(features, shape: [count, frames, 3])
  }

  /// Tenths of the three ids of each text, as its sentence and as its only token.
  func texts(of prompts: ClassPrompts) -> CLIPTexts {
    let values = prompts.ids.map { Float($0) / 10 }
    return CLIPTexts(
      sentences: Tensor(values, shape: [prompts.count, 3]), tokens: Tensor(values, shape: [prompts.count, 1, 3]))
  }

  /// The mean over the frames of their products with the sentence.
  func scores(of frames: Tensor, _ texts: CLIPTexts) -> Tensor {
    let count = Float(frames.shape[1])
    let scores = products(frames, texts.sentences).map { names in names.map { $0.reduce(0, +) / count } }
    return Tensor(scores.flatMap(\.self), shape: [scores.count, scores[0].count])
  }

  /// A softmax over the frames of their products with the token.
  func saliency(of frames: Tensor, _ texts: CLIPTexts) -> Tensor {
    let products = products(frames, texts.tokens)
    let (videos, names, count) = (products.count, products[0].count, frames.shape[1])
    let rows = products.flatMap(\.self).flatMap(\.self)
    return Tensor(rows, shape: [videos * names, count]).softmax().reshaped(videos, names, count)
  }

  /// For each video and text the product of each frame.
  private func products(_ frames: Tensor, _ texts: Tensor) -> [[[Float]]] {
    let (values, words) = (frames.floats, texts.floats)
    let (videos, count, names) = (frames.shape[0], frames.shape[1], texts.shape[0])
    return (0..<videos).map { video in
      (0..<names).map { name in
        (0..<count).map { frame in
          (0..<3).reduce(Float(0)) { sum, channel in
            sum + values[(video * count + frame) * 3 + channel] * words[3 * name + channel]
          }
        }
      }
    }
  }

  /// Three ids of each name: the last digits of its letters.
  static func prompts(of names: [String]) -> ClassPrompts {
    let ids = names.flatMap { name -> [Int32] in
      let letters = Array(name.utf8)
      return (0..<3).map { Int32(letters[$0 % letters.count] % 10) }
    }
    return ClassPrompts(names: names, ids: ids)
  }

  /// This network, with clips of four frames of 16 pixels.
  var classifier: VideoTextClassifier {
    VideoTextClassifier(
      self, BIKEClipRecipe(frameCount: 4, imageSize: 16), Self.prompts(of: ["left", "right", "up", "down"]),
      batchSize: 4
    ) { Self.prompts(of: $0) }
  }
}
