internal import SluiceCheckpoints
internal import SluiceModels
internal import SluiceNN
internal import SluicePlatform
internal import SluiceTensor
internal import SluiceText
internal import SluiceTraining

/// A CLIP of random weights whose texts lie around zero, with merges of its own: towers to try things out with.
///
/// Random towers give all texts nearly one feature; here the mean of many is taken off, so that names of classes differ and a
/// video can learn to be near to one of them.
public struct RandomCLIP: Sendable {
  /// The sizes there are.
  public enum Size: String, Sendable, CaseIterable {
    /// Images of 64 pixels, towers of two blocks.
    case small
    /// ViT-B/32, as published.
    case full
  }

  /// Merges that are learned for the small size.
  private static let mergeCount = 400

  private let clip: CLIP
  private let merges: Merges

  /// - Parameters:
  ///   - merges: those of the text tower; learned from common words if `nil`.
  ///   - seed: another one gives other weights.
  /// - Throws: an error that says what is wrong with the merges.
  public init(_ size: Size, merges path: String? = nil, seed: UInt64) throws {
    merges =
      try path.map { try Merges(contentsOf: $0) }
      ?? Merges.learned(from: CommonWords.sentences, count: Self.mergeCount)
    var configuration = CLIPConfiguration(
      embedding: 64, imageSize: 64, patchSize: 16, visionWidth: 64, visionLayers: 2, textWidth: 64, textLayers: 2,
      vocabularySize: merges.vocabularySize)
    if size == .full, let published = CLIPConfiguration.named("ViT-B/32") {
      configuration = published
      configuration.vocabularySize = merges.vocabularySize
    }
    clip = try CLIP(configuration)
    clip.parameters.initialize(seed: seed)
  }

  /// Writes `model.safetensors` and the merges into a folder.
  /// - Returns: the largest cosine between prompts of different words.
  /// - Throws: an error that names what cannot be written.
  public func write(to folder: String) throws -> Double {
    try center()
    try createDirectories(folder)
    let contents = clip.parameters.parameters.map { TensorContent($0.name, $0.value.detached) }
    try SafetensorsFile.write(contents, to: "\(folder)/\(CLIPFile.weightsName)")
    try RunDirectory(path: folder).write(merges.fileText, to: "\(folder)/merges.txt")
    return try closest()
  }

  private var prompts: [Int32] {
    get throws {
      let encoder = BytePair(merges)
      let length = clip.configuration.contextLength
      return try CommonWords.all.flatMap { try encoder.sequence(of: "This is a video about \($0)", length: length) }
    }
  }

  /// Lets words count more than positions, and takes the mean of many texts off each.
  private func center() throws {
    let words = try parameter("token_embedding.weight")
    try words.assign(words.value.detached * 25)
    let ids = try prompts
    let finals = Lock<[Float]>([])
    let observing = ForwardPass { name, value in
      if name == "text.ln_final" { finals.withLock { $0 = value.floats } }
    }
    let (length, width) = (clip.configuration.contextLength, clip.configuration.textWidth)
    _ = try withoutGradients { try clip.textFeatures(of: ids, count: CommonWords.all.count, observing) }
    let rows = finals.withLock { $0 }
    var mean = [Float](repeating: 0, count: width)
    for text in 0..<CommonWords.all.count {
      let own = ids[text * length..<(text + 1) * length]
      // The end token has the largest id.
      let end = text * length + own.firstIndex(of: own.max() ?? 0)! - own.startIndex
      for column in 0..<width { mean[column] -= rows[end * width + column] / Float(CommonWords.all.count) }
    }
    try parameter("ln_final.bias").assign(Tensor(mean, shape: [width]))
  }

  private func parameter(_ name: String) throws -> Parameter {
    guard let parameter = clip.parameters[name] else { throw RunError(.weights, "a CLIP without \(name)") }
    return parameter
  }

  /// The largest cosine between prompts of different words.
  private func closest() throws -> Double {
    let texts = try withoutGradients { try clip.textFeatures(of: prompts, count: CommonWords.all.count).sentences }
    let cosines = withoutGradients { texts.cosines(with: texts) }.floats
    let count = CommonWords.all.count
    return (0..<count).reduce(-1.0) { most, row in
      (0..<row).reduce(most) { max($0, Double(cosines[row * count + $1])) }
    }
  }
}

/// Words that merges are learned from, and whose prompts are centered.
private enum CommonWords {
  static let all = [
    "left", "right", "up", "down", "circle", "square", "growing", "shrinking", "turning", "moving", "resting",
    "running",
    "walking", "jumping", "swimming", "dancing", "singing", "playing", "guitar", "piano", "riding", "a bike", "a horse",
    "archery", "cooking", "eating", "drinking", "reading", "writing", "drawing", "throwing", "catching", "a ball",
    "opening", "closing", "a door", "a book", "cutting", "fruit", "water", "people", "children", "dog", "cat", "bird",
    "car", "boat", "street", "house", "mountain", "beach", "snow", "rain", "red", "green", "blue", "yellow", "white",
    "black", "fast", "slow", "large", "small", "together",
  ]

  static let sentences =
    all.map { "this is a video about \($0)" }
    + ["something in the middle of the picture goes from one side to the other while the background drifts"]
}
