public import SluiceNN
public import SluiceTensor

/// Compares sentences about videos with the prompts of classes, both as features of a text tower.
///
/// Each side goes through two linear layers of its own. Parameters have the published names.
/// - Source: Wu et al., "Bidirectional cross-modal knowledge exploration for video recognition with pre-trained
///   vision-language models", CVPR 2023; the released `sentence_text_logit`.
public struct SentenceHead: Sendable {
  /// The part of a checkpoint's names under which a head stands beside a ``CLIP``.
  public static let name: String = "sentence_head"

  /// Width of the features.
  public let width: Int
  /// The store with the head's parameters: its own, or the one it was put into.
  public let parameters: ParameterStore
  private let query: [Linear]
  private let sentence: [Linear]

  /// Describes a head with parameters of its own.
  /// - Precondition: `width` is above 0.
  public init(width: Int) {
    self.init(width: width, in: ParameterScope(ParameterStore()))
  }

  /// Describes a head whose parameters stand beside those of `clip`, as `sentence_head.…`, so that both are trained together.
  /// - Parameter clip: its parameters must not have been made yet.
  /// - Precondition: `width` is above 0.
  public init(width: Int, beside clip: CLIP) {
    self.init(width: width, in: ParameterScope(clip.parameters)[SentenceHead.name])
  }

  private init(width: Int, in scope: ParameterScope) {
    precondition(width > 0, "SentenceHead: width \(width), at least 1 is wanted")
    self.width = width
    parameters = scope.store
    // Between them is a rectifier, which has the number 1.
    func layers(_ name: String) -> [Linear] {
      [0, 2].map { Linear(scope["\(name).\($0)"], inputs: width, outputs: width, weight: .normal(0.02)) }
    }
    query = layers("query_fc")
    sentence = layers("sentence_fc")
  }

  /// How well each sentence fits each prompt, cosines `[S, P]`, before any scale.
  /// - Parameters:
  ///   - sentences: features of the sentences, `[S, D]`, as the text tower gives them.
  ///   - prompts: those of the prompts, `[P, D]`.
  /// - Throws: ``ModelError`` if they are of another width.
  public func scores(
    of sentences: Tensor, prompts: Tensor, _ pass: ForwardPass = .evaluation
  ) throws(ModelError) -> Tensor {
    for shape in [sentences.shape, prompts.shape] where shape.rank != 2 || shape[1] != width {
      throw ModelError("SentenceHead: features of texts are \(shape), wanted are rows of \(width)")
    }
    let (rows, columns) = (mapped(sentences, sentence), mapped(prompts, query))
    pass.observe("sentences", rows)
    pass.observe("queries", columns)
    return rows.cosines(with: columns)
  }

  private func mapped(_ features: Tensor, _ layers: [Linear]) -> Tensor {
    let unit = features.dividedByLength()
    return layers[1](layers[0](unit, activation: .relu))
  }
}
