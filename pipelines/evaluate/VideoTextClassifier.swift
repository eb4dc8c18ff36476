public import SluiceSamples
public import SluiceTraining

/// A network that classifies videos by the names of classes, how its clips are made, and how names become prompts.
///
/// ```swift
/// var classifier = VideoTextClassifier(model, recipe, prompts, batchSize: 32) { names in
///   try ClassPrompts(names: names, ids: names.flatMap { try pairs.sequence(of: "This is a video about \($0)") })
/// }
/// classifier.usual = .activitynet
/// ```
public struct VideoTextClassifier: Sendable {
  public let network: any VideoTextNetwork
  public let recipe: BIKEClipRecipe
  /// The classes that it was trained on.
  public let prompts: ClassPrompts
  /// Views that are in the network at once.
  public let batchSize: Int
  /// What the network is measured by between epochs, and where no `--protocol` is named.
  public var usual: EvaluationProtocol = .general
  /// The views by which the authors of the recipe measured its results.
  public var test: EvaluationViews = EvaluationViews(
    windows: 4, crops: .three, average: .probability, geometry: .published)
  /// How the images of folders are named where nobody says; in the order of their names if `nil`.
  public var imageTemplate: String?
  private let encode: @Sendable ([String]) throws -> ClassPrompts

  /// - Parameters:
  ///   - prompts: the classes that it was trained on.
  ///   - batchSize: views that are in the network at once.
  ///   - encode: gives the prompts of other names, as those of `prompts` were made: with the same sentence and the same merges.
  ///     It throws an error that names the first that is too long.
  public init(
    _ network: any VideoTextNetwork, _ recipe: BIKEClipRecipe, _ prompts: ClassPrompts, batchSize: Int,
    encode: @escaping @Sendable (_ names: [String]) throws -> ClassPrompts
  ) {
    (self.network, self.recipe, self.prompts, self.encode) = (network, recipe, prompts, encode)
    self.batchSize = max(1, batchSize)
  }

  /// The prompts of any names.
  /// - Throws: an error that names the first that is too long.
  public func prompts(of names: [String]) throws -> ClassPrompts {
    names == prompts.names ? prompts : try encode(names)
  }
}
