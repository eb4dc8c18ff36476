internal import SluiceCheckpoints
public import SluiceDatasets
internal import SluiceDecode
public import SluiceFlow
internal import SluiceForward
internal import SluiceModels
internal import SluicePlatform
internal import SluiceSamples
internal import SluiceTensor
public import SluiceTraining

/// Makes the phrases about videos that BIKE's attributes branch reads: those of a lexicon that a CLIP finds nearest to each.
///
/// ```swift
/// var generation = AttributeGeneration(lexicon: "words.txt")
/// let found = try generation.prepared(request)          // with --clip and --data
/// let attributes = try await found.attributes(RunOptions())
/// try attributes.write(to: "train-attributes.json")
/// ```
/// How the published files were made was not released; the paper describes it as it is done here. What is chosen besides is
/// written beside the file.
/// - Source: Wu et al., "Bidirectional cross-modal knowledge exploration for video recognition with pre-trained
///   vision-language models", CVPR 2023, section 3.2.
public struct AttributeGeneration: Sendable {
  /// A file with a phrase on each line.
  public var lexicon: String
  /// The sentence that a phrase stands in for the text tower, in place of `{}`.
  public var template: String = AttributesFile.beginning + "{}"
  /// Phrases of each video.
  public var phraseCount: Int = 10
  /// Frames of each video, spread evenly.
  public var frameCount: Int = 8
  /// Videos that are in the tower at once.
  public var batchSize: Int = 8

  /// - Parameter lexicon: a file with a phrase on each line.
  public init(lexicon: String) {
    self.lexicon = lexicon
  }

  /// Opens lists, lexicon and towers.
  /// - Parameter request: the videos (`data`), the towers (`clip`) and their words (`merges`), and how lists are read.
  /// - Throws: an error that names what of it is missing or does not fit.
  public func prepared(_ request: RunRequest) throws -> PreparedAttributes {
    guard template.contains("{}") else {
      throw RunError(
        .configuration, "--template “\(template)”: a phrase has no place in it. Write {} where it is to stand.")
    }
    guard request.clip != nil else {
      throw RunError(.configuration, "no towers: name the CLIP that looks at the videos by --clip.")
    }
    let towers = try CLIPInput(request)
    let phrases = try AttributeGeneration.phrases(in: lexicon)
    let ids = try phrases.flatMap { try towers.prompter.strictTokens(of: template.replacing("{}", with: $0)) }
    let clips = try request.clips(of: request.data, wanting: .any)
    guard clips.count > 0 else {
      throw RunError(.data, "no videos: name a list, as in 'sluice attributes train.txt'.")
    }
    try clips.requireFiles(tolerating: 0)
    return PreparedAttributes(self, towers, clips, phrases: phrases, ids: ids)
  }

  /// The phrases of a file, a line each.
  /// - Throws: ``DatasetListError`` with the line of one that is there twice, or if there is none.
  static func phrases(in path: String) throws -> [String] {
    let bytes: [UInt8]
    do { bytes = try readFile(path) } catch {
      throw DatasetListError(path: path, line: nil, reason: "the lexicon \(error.reason)")
    }
    var (phrases, lines): ([String], [String: Int]) = ([], [:])
    let text = String(decoding: bytes, as: UTF8.self)
    for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      guard let first = line.firstIndex(where: { !$0.isWhitespace }),
        let last = line.lastIndex(where: { !$0.isWhitespace })
      else { continue }
      let phrase = String(line[first...last])
      if let known = lines.updateValue(number + 1, forKey: phrase) {
        throw DatasetListError(
          path: path, line: number + 1, reason: "“\(phrase)” stands on line \(known) already; wanted: each phrase once")
      }
      phrases.append(phrase)
    }
    guard !phrases.isEmpty else {
      throw DatasetListError(path: path, line: nil, reason: "the lexicon has no phrase; wanted: one on each line")
    }
    return phrases
  }
}

/// Lists, lexicon and towers that fit each other: ready to look at the videos.
public struct PreparedAttributes: Sendable {
  /// Videos there are.
  public var count: Int { clips.count }
  /// Phrases of the lexicon.
  public var lexiconCount: Int { phrases.count }
  /// What is odd about the list though it can be used, one sentence each.
  public var notes: [String] { clips.notes }
  private let generation: AttributeGeneration
  private let towers: CLIPInput
  private let clips: Clips
  private let phrases: [String]
  private let ids: [Int32]

  init(
    _ generation: AttributeGeneration, _ towers: CLIPInput, _ clips: Clips, phrases: [String], ids: [Int32]
  ) {
    (self.generation, self.towers, self.clips) = (generation, towers, clips)
    (self.phrases, self.ids) = (phrases, ids)
  }

  /// A clip, and what its list calls it.
  private struct Listed: Sendable {
    let path: String
    let values: Tensor
  }

  /// Looks at every video once, in order.
  ///
  /// Tensors compute on the threads of the running ``Compute``.
  /// - Parameters:
  ///   - options: threads; a video that cannot be read ends it.
  ///   - observe: gets the number of videos that have been looked at.
  /// - Throws: what is wrong with the first video that cannot be read, or with the weights.
  public func attributes(
    _ options: RunOptions, observe: (Int) -> Void = { _ in }
  ) async throws -> AttributesFile {
    let clip = try CLIP(towers.configuration)
    clip.parameters.initialize(seed: 0)
    _ = try towers.load(into: clip, BIKENetworkSettings(), WeightsOptions())
    let texts = try clip.texts(ids, count: phrases.count).sentences
    let recipe = BIKEClipRecipe(frameCount: generation.frameCount, imageSize: towers.configuration.imageSize)
    let middle = recipe.augment(training: false)
    let (clips, phrases, phraseCount) = (clips, phrases, generation.phraseCount)
    let pipeline = Pipeline("attributes") {
      clips
      recipe.sampling(training: false)
      Decode().workers(2)
      middle.workers(2)
      ListedClips(clips: clips)
        .batch(generation.batchSize)
        .map { batch -> [(path: String, phrases: [String])] in
          let values = try Tensor.stacked(batch.map(\.values))
          let frames = try clip.frameFeatures(of: values, chunk: 0, learns: false, .evaluation)
          let nearest = PhraseRanking(of: frames, texts).nearest(phraseCount)
          return zip(batch, nearest).map { listed, numbers in (listed.path, numbers.map { phrases[$0] }) }
        }
    }
    var pass = options
    (pass.epochs, pass.steps, pass.maxFailures) = (nil, nil, 0)
    var entries: [(path: String, phrases: [String])] = []
    for try await found in pipeline.run(pass) {
      entries += found
      observe(entries.count)
    }
    return try AttributesFile(entries, origin: "the attributes")
  }

  /// Names a clip as its list does.
  private struct ListedClips: Stage {
    let clips: Clips

    func callAsFunction(_ clip: Clip, context: ElementContext) -> Listed {
      Listed(path: clips.listedPath(of: context.sample), values: clip.values)
    }
  }

  /// What the file was made with, for whoever reads it later.
  /// - Parameter request: what was asked for.
  public func record(of request: RunRequest) throws -> String {
    let words = Array(phrases.map { $0 + "\n" }.joined().utf8)
    let members: [String: JSONValue] = [
      "lists": .array(request.data.map { .string($0) }), "videos": .integer(count),
      "lexicon": .string(generation.lexicon), "lexiconPhrases": .integer(phrases.count),
      "lexiconDigest": .string(SHA256.hexadecimal(of: words)), "template": .string(generation.template),
      "clip": .string(request.clip ?? ""), "towers": .string(towers.configuration.sizes),
      "clipChecksum": .string(try towers.file.map { try checksum(ofFile: $0.path).padded(to: 8, radix: 16) } ?? ""),
      "merges": .string(towers.prompter.merges.identity), "frames": .integer(generation.frameCount),
      "phrases": .integer(generation.phraseCount),
    ]
    return try JSONValue.object(members).json(pretty: true) + "\n"
  }
}
