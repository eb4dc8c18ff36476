public import SluiceCheckpoints

extension CLIPConfiguration {
  /// The shape of a network, told from its weights under OpenAI's names; heads are of 64 numbers.
  ///
  /// What training tools put in front of all names does not matter.
  /// - Parameter file: what messages call the weights.
  /// - Throws: ``ModelError`` for another network than a vision transformer's CLIP, and for weights that contradict each
  ///   other.
  public init(of tensors: [TensorInfo], in file: String) throws(ModelError) {
    let tensors = WeightShapes(tensors, in: file)
    try tensors.requireVisionTransformer()
    let filters = try tensors.shape(of: "visual.conv1.weight", rank: 4)
    let positions = try tensors.shape(of: "visual.positional_embedding", rank: 2)
    let projection = try tensors.shape(of: "text_projection", rank: 2)
    let texts = try tensors.shape(of: "positional_embedding", rank: 2)
    let words = try tensors.shape(of: "token_embedding.weight", rank: 2)
    let grid = Int(Double(max(positions[0] - 1, 0)).squareRoot().rounded())
    guard grid > 0, grid * grid + 1 == positions[0], filters[1] == 3, filters[2] == filters[3] else {
      throw ModelError(
        "\(file): visual.conv1.weight is \(filters) and visual.positional_embedding \(positions), wanted are square patches of "
          + "three colors and a position for each patch of a square and one more")
    }
    self.init(
      embedding: projection[1], imageSize: grid * filters[3], patchSize: filters[3], visionWidth: filters[0],
      visionLayers: try tensors.blocks(under: "visual.transformer.resblocks."), textWidth: projection[0],
      textLayers: try tensors.blocks(under: "transformer.resblocks."), vocabularySize: words[0])
    contextLength = texts[0]
    do {
      try validate()
    } catch {
      throw ModelError("\(file): \(error)")
    }
  }
}

/// The shapes of a file's tensors by name.
private struct WeightShapes {
  private let shapes: [String: [Int]]
  private let file: String

  init(_ tensors: [TensorInfo], in file: String) {
    let filters = "visual.conv1.weight"
    // `state_dict/module.` and so on; of several copies the one that is least deep.
    let fronts = tensors.filter { $0.name.hasSuffix(filters) }.map { String($0.name.dropLast(filters.count)) }
    let front = fronts.min { ($0.count, $0) < ($1.count, $1) } ?? ""
    shapes = Dictionary(
      tensors.filter { $0.name.hasPrefix(front) }.map { (String($0.name.dropFirst(front.count)), $0.shape) },
      uniquingKeysWith: { first, _ in first })
    self.file = file
  }

  func requireVisionTransformer() throws(ModelError) {
    guard shapes["visual.proj"] == nil else { return }
    if shapes.keys.contains(where: { $0.hasPrefix("visual.attnpool.") || $0.hasPrefix("visual.layer1.") }) {
      throw ModelError(
        "\(file): this is a CLIP whose images go through a ResNet, and vision transformers are wanted: "
          + CLIPConfiguration.publishedNames.joined(separator: ", "))
    }
    throw ModelError(
      "\(file): no visual.proj is among its \(shapes.count) tensors, so this is no CLIP. Name an archive such as "
        + "ViT-B-32.pt, or its weights as safetensors")
  }

  func shape(of name: String, rank: Int) throws(ModelError) -> [Int] {
    guard let shape = shapes[name] else {
      throw ModelError("\(file): \(name) is missing, without which this is no whole CLIP")
    }
    guard shape.count == rank, shape.allSatisfy({ $0 > 0 }) else {
      throw ModelError("\(file): \(name) is \(shape), wanted are \(rank) extents")
    }
    return shape
  }

  /// Blocks of a tower.
  func blocks(under prefix: String) throws(ModelError) -> Int {
    let numbers = Set(
      shapes.keys.filter { $0.hasPrefix(prefix) }.compactMap { $0.dropFirst(prefix.count).split(separator: ".").first })
    guard !numbers.isEmpty else {
      throw ModelError("\(file): there is no block \(prefix)0, without which this is no whole CLIP")
    }
    return numbers.count
  }
}
