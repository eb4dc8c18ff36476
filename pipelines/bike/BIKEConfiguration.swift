internal import SluiceDatasets
public import SluiceFlow
public import SluiceNN
public import SluiceTraining

/// Everything that decides a run of BIKE's video branch.
public struct BIKEConfiguration: SystemConfiguration {
  /// The recipes there are.
  public enum Preset: String, Sendable, CaseIterable {
    /// For small CLIPs on small sets: minutes on two cores.
    case quick
    /// Kinetics-400 with the towers of ViT-B.
    case k400
    /// ActivityNet, from a model that was trained on Kinetics-400.
    case anet
    case charades
    case ucf101
    case hmdb51
  }

  public var network: BIKENetworkSettings = BIKENetworkSettings()
  public private(set) var preset: Preset = .quick
  public var recipe: BIKERecipe = BIKERecipe(.quick)

  public init() {}

  /// Takes a recipe with all its values.
  public mutating func choose(_ preset: Preset) {
    self.preset = preset
    recipe = BIKERecipe(preset)
  }

  public static var presets: [String] { ["recipe.preset"] }

  public static var builtGroups: Set<String> {
    ["segmentFrames", "tickFrames", "spanFrames"]
  }

  public static var settings: [Setting<Self>] {
    [Setting("recipe.preset", \Self.preset).afterwards { $0.choose($0.preset) }]
      + BIKENetworkSettings.settings.map { $0.inside(\.network) } + BIKERecipe.settings.map { $0.inside(\.recipe) }
  }
}

/// How videos are compared with the names of their classes: what is seen of them, and how the parameters follow.
/// - Source: Wu et al., "Bidirectional cross-modal knowledge exploration for video recognition with pre-trained
///   vision-language models", CVPR 2023, and its released configurations.
public struct BIKERecipe: Sendable, Equatable {
  /// Which frames are taken, and how they become clips; of images as large as the tower wants them.
  public var clips: BIKEClipRecipe
  /// Height and width of clips, pixels; as large as CLIP's weights want them if `nil`.
  public var imageSize: Int?
  /// How the images of folders are named where the command line does not say; in the order of their names for `none`.
  public var imageTemplate: String
  /// What the scores of a batch are compared by.
  public var loss: PairLoss.Kind = .nce
  /// Clips of each class that are used, one choice for the whole run; all if `nil`.
  public var shot: Int?
  /// How results are measured unless the command line says.
  public var measure: EvaluationProtocol
  public var optimizer: BIKEOptimizerRecipe = BIKEOptimizerRecipe()

  /// A recipe with all its values.
  public init(_ preset: BIKEConfiguration.Preset) {
    let isTuning = ![.quick, .k400].contains(preset)
    clips = BIKEClipRecipe(frameCount: isTuning ? 16 : 8, imageSize: 224)
    optimizer.epochs = isTuning ? 20 : 30
    measure = .general
    switch preset {
    case .quick:
      imageTemplate = Self.noTemplate
      // Towers of random numbers have more to learn than published ones.
      (optimizer.learningRate, optimizer.clipRatio, optimizer.weightDecay) = (1e-3, 1, 0.05)
      (optimizer.warmup, optimizer.refresh, optimizer.batchSize) = (.fraction(0.1), 1, 16)
      (clips.minimumScale, clips.gray) = (0.5, 0)
    case .k400: imageTemplate = "img_{:05d}.jpg"
    case .anet: (imageTemplate, measure) = ("image_{:06d}.jpg", .activitynet)
    case .charades: (imageTemplate, measure, clips.dataset) = ("{}-{:06d}.jpg", .charades, .charades)
    case .ucf101: imageTemplate = "image_{:04d}.jpg"
    case .hmdb51: imageTemplate = "image_{:06d}.jpg"
    }
  }

  /// The word for folders whose images are named in no way of their own.
  static let noTemplate: String = "none"
}

extension BIKERecipe: Configurable {
  public static var settings: [Setting<Self>] {
    let own: [Setting<Self>] = [
      Setting("recipe.frameCount", \.clips.frameCount, in: 1...4096),
      Setting("recipe.imageSize", \.imageSize, in: 1...4096, none: "clip"),
      Setting("recipe.imageTemplate", domain: .text, read: { $0.imageTemplate }) { recipe, text in
        if text != noTemplate {
          do throws(ImageTemplateError) { _ = try ImageTemplate(text) } catch { throw SettingError(error.reason) }
        }
        recipe.imageTemplate = text
      },
      Setting("recipe.loss", \.loss), Setting("recipe.shot", \.shot, in: 1...1_000_000_000, none: "all"),
      Setting("recipe.protocol", \.measure, among: [.general, .activitynet, .charades]),
    ]
    return own + BIKEClipRecipe.settings.map { $0.inside(\.clips) }
      + BIKEOptimizerRecipe.settings.map { $0.inside(\.optimizer) }
  }
}
