internal import SluiceCheckpoints
internal import SluiceModels
internal import SluiceNN
internal import SluicePlatform
internal import SluiceTensor
internal import SluiceText
internal import SluiceTraining

/// A CLIP of random weights whose texts differ in many directions, with merges of its own: towers to try things out with.
///
/// Random towers give all texts nearly one feature. Here the mean of many prompts is taken off, and what is left of them is
/// spread evenly, so that names of classes lie apart and a video can learn to be near to one of them.
public struct RandomCLIP: Sendable {
  /// The sizes there are.
  public enum Size: String, Sendable, CaseIterable {
    /// Images of 64 pixels, towers of two blocks.
    case small
    /// ViT-B/32, as published.
    case full
  }

  /// Merges that are learned for the small size.
  private static let mergeCount: Int = 800

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
    try withoutGradients { try spread() }
  }

  /// Writes `model.safetensors` and the merges into a folder.
  /// - Returns: the largest cosine between prompts of different words.
  /// - Throws: an error that names what cannot be written.
  public func write(to folder: String) throws -> Double {
    try createDirectories(folder)
    let contents = clip.parameters.parameters.map { TensorContent($0.name, $0.value.detached) }
    try SafetensorsFile.write(contents, to: "\(folder)/\(CLIPFile.weightsName)")
    try RunDirectory(path: folder).write(merges.fileText, to: "\(folder)/merges.txt")
    return try closest()
  }

  /// Tokens of the prompts of all common words, row after row, and where in them each prompt ends.
  private func prompts() throws -> (ids: [Int32], ends: [Int]) {
    let encoder = BytePair(merges)
    let length = clip.configuration.contextLength
    var (ids, ends): ([Int32], [Int]) = ([], [])
    for words in CommonWords.all {
      let own = try encoder.sequence(of: "This is a video about \(words)", length: length)
      ends.append(ids.count + (own.firstIndex(of: Int32(merges.end)) ?? length - 1))
      ids += own
    }
    return (ids, ends)
  }

  /// Lets words count more than positions, takes the mean of many prompts off each, and gives all directions in which they
  /// differ about the same weight.
  private func spread() throws {
    let words = parameter("token_embedding.weight")
    try words.assign(words.value.detached * 25)
    let finals = Lock<Tensor?>(nil)
    let observing = ForwardPass { name, value in
      if name == "text.ln_final" { finals.withLock { $0 = value } }
    }
    let (ids, ends) = try prompts()
    _ = try clip.textFeatures(of: ids, count: ends.count, observing)
    guard let rows = finals.withLock({ $0 }) else { preconditionFailure("no text.ln_final was observed") }
    let features = rows.reshaped(-1, clip.configuration.textWidth).rows(at: ends)
    let mean = features.mean(over: 0)
    try parameter("ln_final.bias").assign(mean * -1)
    let projection = parameter("text_projection")
    try projection.assign(Self.whitening(features - mean).matmul(projection.value.detached))
  }

  /// What rows `[N, D]` around zero are multiplied by to vary about equally in all directions, `[D, D]`: the inverse root of
  /// their covariance, to which a tenth of the mean variance is added, times the root of the mean variance.
  /// - Source: Higham, "Functions of matrices", 2008, section 6.7, the product form of Newton's iteration.
  private static func whitening(_ rows: Tensor) -> Tensor {
    let width = rows.shape[1]
    let covariance = rows.permuted(1, 0).matmul(rows) / Float(rows.shape[0])
    let identity = Tensor([width, width]) { elements in
      for index in 0..<width { elements[index * width + index] = 1 }
    }
    let trace = (covariance * identity).sumOfAll().scalar
    let variance = trace / Float(width)
    // Divided by its trace so that the iteration converges.
    let sum = trace + variance / 10 * Float(width)
    var (root, inverse) = ((covariance + identity * (variance / 10)) / sum, identity)
    for _ in 0..<24 {
      let step = identity * 1.5 - inverse.matmul(root) * 0.5
      (root, inverse) = (root.matmul(step), step.matmul(inverse))
    }
    return inverse * (variance / sum).squareRoot()
  }

  private func parameter(_ name: String) -> Parameter {
    guard let parameter = clip.parameters[name] else { preconditionFailure("a CLIP without \(name)") }
    return parameter
  }

  /// The largest cosine between prompts of different words.
  private func closest() throws -> Double {
    let (ids, ends) = try prompts()
    let cosines = try withoutGradients {
      let texts = try clip.textFeatures(of: ids, count: ends.count).sentences
      return texts.cosines(with: texts).floats
    }
    return ends.indices.reduce(-1.0) { most, row in
      (0..<row).reduce(most) { max($0, Double(cosines[row * ends.count + $1])) }
    }
  }
}
