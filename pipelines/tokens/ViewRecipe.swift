internal import SluiceAugment
internal import SluiceFlow
internal import SluicePlatform
internal import SluiceSamples
public import SluiceTraining

/// How views of clips are drawn: which frames a system sees of them, and what of each frame.
///
/// ```swift
/// let recipe = try Systems.viewRecipe(of: "bevt", settings: ["model.preset": "base"])
/// ```
/// View `k` of a clip is what a run with the same seed, without changes of color, sees of it in its epoch `k`, counted from 0,
/// with the clip where it stood in the set when the view was drawn.
public struct ViewRecipe: Sendable {
  /// What is stored with views, and compared with what a run would draw.
  public struct Facts: Sendable, Equatable, Codable {
    /// The system whose recipe it is.
    public let system: String
    /// Frames of a view.
    public let frameCount: Int
    /// Height and width of what is seen of a frame, pixels.
    public let side: Int
    /// Pixels of the side of a cell, which has one word.
    public let cell: Int
    /// How frames are resized, by the name of a ``Resampling``.
    public let resampling: String
    /// How decoded planes become RGB, by the name of a ``PixelPath``.
    public let path: String
    /// The settings that decide what is drawn, with their values.
    public let settings: [String: String]

    /// Rows and columns of cells in a frame.
    public var cellsPerSide: Int { side / cell }
  }

  public let facts: Facts
  /// The settings that can decide about views, whether they do with the others or not.
  let decisive: [String]
  let frames: FrameRecipe
  let augment: Augment
  private let resampling: Resampling

  /// - Parameters:
  ///   - system: whose recipe it is.
  ///   - augment: what draws the view, without changes of color.
  ///   - size: frames of a clip, pixels of their sides and of a cell's.
  ///   - decisive: names of all settings that can decide about that.
  ///   - settings: those that do, with their values.
  /// - Throws: ``RunError`` if a frame is no whole number of cells.
  init(
    of system: String, frames: FrameRecipe, augment: Augment, resampling: Resampling,
    size: (frameCount: Int, side: Int, cell: Int), decisive: [String], settings: [String: String]
  ) throws(RunError) {
    guard size.cell > 0, size.side % size.cell == 0 else {
      throw RunError(
        .configuration,
        "model.imageSize=\(size.side): frames are no whole number of cells of \(size.cell) pixels. Choose a multiple of "
          + "\(size.cell).")
    }
    facts = Facts(
      system: system, frameCount: size.frameCount, side: size.side, cell: size.cell, resampling: resampling.rawValue,
      path: augment.path.rawValue, settings: settings)
    (self.frames, self.augment, self.resampling, self.decisive) = (frames, augment, resampling, decisive)
  }

  /// Draws a view of a clip.
  /// - Parameters:
  ///   - size: of the clip's frames.
  ///   - epoch: the key of the view among those of the clip.
  ///   - sample: the clip's number in its set.
  /// - Throws: an error that says why a run would see nothing of the clip either.
  func view(
    of clip: ClipHandle, size: PixelSize, seed: UInt64, epoch: Int, sample: Int
  ) throws -> (frames: [Int], geometry: ViewGeometry) {
    let context = ElementContext(
      seed: seed, epoch: epoch, sample: sample, identity: clip.frames.name, stage: frames.stageName)
    let selection = try frames.selection(of: clip, count: facts.frameCount, context: context)
    // As the stage `augment` draws.
    var draws = KeyedRandom(seed: seed, epoch: epoch, sample: sample, stage: "augment")
    let steps = try augment.steps(for: size, draws: &draws)
    return (selection.indices, try ViewGeometry(steps, of: size, side: facts.side))
  }

  /// What shows a stored view to a network; the 8-bit crop, of which tokens were made, is not kept.
  /// - Parameter operations: what is done to the view behind it.
  func stored(then operations: [AugmentOperation] = []) -> Augment {
    var shown = augment
    shown.operations = [.storedView(facts.side, resampling: resampling)] + operations
    shown.keepsPixels = false
    return shown
  }
}

/// A system that can be trained on stored tokens, and so says which views it sees of clips.
protocol ViewedSystem: TrainingSystem {
  /// - Throws: ``RunError`` if what it sees cannot be stored.
  static func viewRecipe(_ configuration: Configuration) throws(RunError) -> ViewRecipe
}

extension ViewedSystem {
  /// The recipe with some settings.
  /// - Throws: ``RunError`` for a setting that is not there, or decides nothing about views.
  static func viewRecipe(settings: [String: String]) throws(RunError) -> ViewRecipe {
    let recipe = try viewRecipe(Configuration(settings))
    let names = Configuration.presets + recipe.decisive
    for (name, value) in settings.sorted(by: { $0.key < $1.key }) where !names.contains(name) {
      throw RunError(
        .configuration,
        "--set \(name)=\(value) decides nothing about the views of \(Self.name). They follow from "
          + "\(names.joined(separator: ", ")).")
    }
    return recipe
  }
}

extension Systems {
  /// The views that a system sees with some settings.
  /// - Throws: ``RunError`` if it is trained on no tokens, or a setting decides nothing about views.
  public static func viewRecipe(of name: String, settings: [String: String] = [:]) throws(RunError) -> ViewRecipe {
    guard let system = try named(name) as? any ViewedSystem.Type else {
      let names = all.filter { $0 is any ViewedSystem.Type }.map { $0.name }
      throw RunError(
        .configuration,
        "\(name) is trained on no tokens, so no views are drawn for it. There are: \(names.joined(separator: ", ")).")
    }
    return try system.viewRecipe(settings: settings)
  }
}
