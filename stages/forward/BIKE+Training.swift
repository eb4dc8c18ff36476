public import SluiceModels
public import SluiceNN
public import SluiceSamples
public import SluiceTensor
public import SluiceTraining

/// Videos and the names of their classes, compared frame by frame: a ``CLIP`` with a ``VideoHead`` beside it.
///
/// ```swift
/// let clip = try CLIP(configuration)
/// let head = try VideoHead(VideoHeadConfiguration(width: 512), beside: clip)
/// let model = BIKEModel(clip, head, prompts: prompts)
/// ```
/// Each video of a batch is compared with the class of each. The towers end in features, and the loss begins with them:
/// between both, features of several processes can be gathered.
/// - Source: Wu et al., "Bidirectional cross-modal knowledge exploration for video recognition with pre-trained
///   vision-language models", CVPR 2023.
public struct BIKEModel: ChunkedModel {
  public typealias Batch = LabeledBatch
  public typealias Output = PairScores

  public let clip: CLIP
  public let head: VideoHead
  /// The classes that labels are numbers of.
  public let prompts: ClassPrompts
  /// Whether the text tower stays as it is; features of the classes are computed once then.
  public let freezesText: Bool
  /// Whether the vision tower stays as it is.
  public let freezesVideo: Bool
  public let chunk: Int?
  private let classes: ClassTexts

  /// Freezes what is to stay as it is.
  /// - Parameter chunk: clips, and texts that are not frozen, that go through the towers at a time; all if `nil`.
  /// - Precondition: the head stands beside the CLIP, and is as wide as its features.
  public init(
    _ clip: CLIP, _ head: VideoHead, prompts: ClassPrompts, freezesText: Bool = true, freezesVideo: Bool = false,
    chunk: Int? = nil
  ) {
    precondition(head.parameters === clip.parameters, "BIKEModel: the head is to be made beside the CLIP")
    self.clip = clip
    self.head = head
    self.prompts = prompts
    self.freezesText = freezesText
    self.freezesVideo = freezesVideo
    self.chunk = chunk
    classes = ClassTexts(clip, ids: prompts.ids, count: prompts.count, isFrozen: freezesText)
    clip.parameters.freeze {
      BIKELearning.isFrozen($0, freezesText: freezesText, freezesVideo: freezesVideo)
    }
  }

  public var parameters: ParameterStore { clip.parameters }

  /// - Throws: ``ModelError`` if clips are of another size, or a label is no class.
  public func callAsFunction(_ batch: LabeledBatch, _ pass: ForwardPass) throws -> PairScores {
    let frames = try frameFeatures(of: batch.clips, pass)
    // Samples of one class have the same text.
    let (labels, columns) = batch.labels.numbered()
    let texts = try classes.texts(of: labels, chunk: pass.chunk ?? chunk ?? 0, pass)
    let scores = try head.scores(of: frames, texts, pass)
    let pairs = labels.count == batch.count ? scores : scores.permuted(1, 0).rows(at: columns).permuted(1, 0)
    return PairScores(logits: pairs * clip.scale())
  }

  /// A feature of each frame of each clip, `[B, T, E]`.
  /// - Parameter clips: `[B, 3, T, R, R]`, normalized.
  /// - Throws: ``ModelError`` if clips are of another size.
  public func frameFeatures(of clips: Tensor, _ pass: ForwardPass = .evaluation) throws -> Tensor {
    try clip.frameFeatures(of: clips, chunk: pass.chunk ?? chunk ?? 0, learns: !freezesVideo, pass)
  }

  /// How well clips fit texts, `[B, A]` in −1…1, without the learned scale: what evaluation goes by.
  /// - Parameter frames: of ``frameFeatures(of:_:)``.
  /// - Throws: ``ModelError`` if features are of another width.
  public func scores(of frames: Tensor, _ texts: CLIPTexts, _ pass: ForwardPass = .evaluation) throws -> Tensor {
    try head.scores(of: frames, texts, pass)
  }

  /// Features of the model's own classes, or of any others, without gradients.
  /// - Parameter prompts: its own if `nil`.
  /// - Throws: ``ModelError`` if tokens do not fit the tower.
  public func texts(of prompts: ClassPrompts? = nil) throws -> CLIPTexts {
    guard let prompts, prompts != self.prompts else { return try classes.all() }
    return try clip.texts(prompts.ids, count: prompts.count)
  }
}

extension BIKEModel: ActivationBounded {
  /// Those of the vision tower, if it learns, of clips of one frame.
  public var keptValuesPerClip: Int { freezesVideo ? 0 : clip.keptValuesPerClip }
}

/// Sentences about videos, made of what another network saw in them, and the names of the videos' classes: the text tower of
/// a ``CLIP``, frozen, with a ``SentenceHead`` beside it.
/// - Source: Wu et al., as ``BIKEModel``.
public struct AttributesModel: TrainingModel {
  public let clip: CLIP
  public let head: SentenceHead
  /// The classes that labels are numbers of.
  public let prompts: ClassPrompts
  private let classes: ClassTexts

  /// Freezes all of the CLIP but its learned scale.
  /// - Precondition: the head stands beside the CLIP.
  public init(_ clip: CLIP, _ head: SentenceHead, prompts: ClassPrompts) {
    precondition(head.parameters === clip.parameters, "AttributesModel: the head is to be made beside the CLIP")
    self.clip = clip
    self.head = head
    self.prompts = prompts
    classes = ClassTexts(clip, ids: prompts.ids, count: prompts.count, isFrozen: true)
    clip.parameters.freeze { BIKELearning.isFrozen($0, freezesText: true, freezesVideo: true) }
  }

  public var parameters: ParameterStore { clip.parameters }

  /// - Returns: rows are of sentences, columns of classes.
  /// - Throws: ``ModelError`` if tokens do not fit the tower, or a label is no class.
  public func callAsFunction(_ batch: SentenceBatch, _ pass: ForwardPass) throws -> PairScores {
    let sentences = try clip.texts(batch.ids, count: batch.count).sentences
    let prompts = try classes.sentences(of: batch.labels)
    return PairScores(logits: try head.scores(of: sentences, prompts: prompts, pass) * clip.scale())
  }

  /// How well sentences fit each class, `[B, classes]` in −1…1, without the learned scale: what evaluation goes by.
  /// - Parameter ids: row-major `[count, length]`.
  /// - Throws: ``ModelError`` if tokens do not fit the tower.
  public func scores(of ids: [Int32], count: Int, _ pass: ForwardPass = .evaluation) throws -> Tensor {
    try head.scores(of: clip.texts(ids, count: count).sentences, prompts: classes.all().sentences, pass)
  }
}

extension AttributesModel: ActivationBounded {
  /// Of a sentence the hidden values of one block: they are there at a time, though the tower is frozen.
  public var keptValuesPerClip: Int { clip.configuration.contextLength * 4 * clip.configuration.textWidth }
}

extension [Int] {
  /// The different numbers in order of appearance, and for each element the index of its own among them.
  fileprivate func numbered() -> (values: [Int], indices: [Int]) {
    var (values, known): ([Int], [Int: Int]) = ([], [:])
    let indices = map { value -> Int in
      if let index = known[value] { return index }
      known[value] = values.count
      values.append(value)
      return values.count - 1
    }
    return (values, indices)
  }
}
