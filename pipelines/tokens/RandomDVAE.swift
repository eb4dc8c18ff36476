internal import SluiceAugment
internal import SluiceCheckpoints
internal import SluiceModels
internal import SluiceNN
internal import SluicePlatform
internal import SluiceSamples
internal import SluiceTensor
internal import SluiceTraining

/// A discrete autoencoder of random weights whose words are balanced on the synthetic videos: a tokenizer to try things out
/// with.
public struct RandomDVAE: Sendable {
  /// The sizes there are.
  public enum Size: String, Sendable, CaseIterable {
    /// 512 words, one block of 32 to 256 numbers in each group.
    case small
    /// The published one.
    case full

    var configuration: DVAEConfiguration {
      var configuration = DVAEConfiguration()
      guard self == .small else { return configuration }
      (configuration.vocabularySize, configuration.width) = (512, 32)
      (configuration.wordWidth, configuration.blockCount) = (32, 1)
      return configuration
    }
  }

  private let encoder: DVAEEncoder
  private let decoder: DVAEDecoder

  public init(_ size: Size, seed: UInt64) throws {
    encoder = try DVAEEncoder(size.configuration)
    decoder = try DVAEDecoder(size.configuration)
    encoder.parameters.initialize(seed: seed)
    decoder.parameters.initialize(seed: seed)
  }

  /// Writes `encoder.safetensors` and `decoder.safetensors` into a folder.
  /// - Returns: the share of the most frequent word on synthetic videos that it was not balanced on.
  /// - Throws: an error that names what cannot be written.
  public func write(to folder: String) throws -> Double {
    try balance()
    try createDirectories(folder)
    for (name, store) in [("encoder", encoder.parameters), ("decoder", decoder.parameters)] {
      let contents = store.values.sorted { $0.key < $1.key }.map { TensorContent($0.key, $0.value) }
      try SafetensorsFile.write(contents, to: "\(folder)/\(name).safetensors")
    }
    let logits = try logits(of: RandomDVAE.scenes(64..<80))
    return Double(counts(logits).max() ?? 0) / Double(logits.shape[0])
  }

  private var width: Int { encoder.configuration.vocabularySize }

  /// Changes what each word begins with until none is much more frequent than the others.
  private func balance() throws {
    let logits = try logits(of: RandomDVAE.scenes(0..<32))
    let (values, cells) = (logits.floats, logits.shape[0])
    var bias = [Float](repeating: 0, count: width)
    for start in stride(from: 0, to: values.count, by: width) {
      for word in 0..<width { bias[word] -= values[start + word] / Float(cells) }
    }
    var spread: Float = 0
    for (index, value) in values.enumerated() { spread += abs(value + bias[index % width]) / Float(values.count) }
    for round in 0..<100 {
      let rate = 0.3 * spread / Float(1 + round / 10)
      for (word, count) in counts(logits + Tensor(bias, shape: [width])).enumerated() {
        let share = Float(count * width) / Float(cells)
        bias[word] -= rate * (share - 1) / (share + 1)
      }
    }
    let name = "blocks.output.conv.b"
    try encoder.parameters.load([name: Tensor(bias, shape: [width])], mode: .present)
  }

  /// How often each word is the most favored one.
  private func counts(_ logits: Tensor) -> [Int] {
    var counts = [Int](repeating: 0, count: width)
    for word in logits.indicesOfLargest() { counts[word] += 1 }
    return counts
  }

  /// What the encoder makes of each cell of the frames, `[cells, words]`.
  private func logits(of frames: [PixelClip]) throws -> Tensor {
    try Compute.current.with(.float32).run {
      try withoutGradients {
        .concatenated(
          try frames.map { try encoder.logits(of: DVAETokenizer.mapped($0)).reshaped(-1, width) }, axis: 0)
      }
    }
  }

  /// Two frames of each scene, as large as the second view of the compact network.
  private static func scenes(_ numbers: Range<Int>) -> [PixelClip] {
    let resize = LanczosResize(
      from: PixelSize(width: MotionScene.side, height: MotionScene.side), to: PixelSize(width: 40, height: 40))
    return numbers.flatMap { number in
      let scene = MotionScene(base: -1, number: number)
      return [12, 37].map { frame in
        resize(
          PixelClip(
            frameCount: 1, height: MotionScene.side, width: MotionScene.side, bytes: scene.pixels(ofFrame: frame)))
      }
    }
  }
}
