internal import Foundation
internal import SluicePlatform
public import SluiceTraining

/// Both branches of BIKE from one command: the video branch, then the attributes branch on the same data, then what both
/// together say of the validation.
///
/// ```
/// DIR/co-training.json     what was asked for, to go on with
/// DIR/video/               the run of bike
/// DIR/attributes/          the run of bike-attributes
/// DIR/fusion.json          both and their mean; beside it the scores of each
/// ```
/// Each part is a run of its own that is resumed by itself, so that nothing is done twice wherever it was ended.
/// - Source: Wu et al., "Bidirectional cross-modal knowledge exploration for video recognition with pre-trained
///   vision-language models", CVPR 2023; the released `co_train.sh`.
public struct CoTraining: Sendable {
  /// The folder of all parts.
  public let directory: RunDirectory
  /// What the parts are asked for, together.
  public let request: RunRequest
  /// The phrases of a lexicon that attributes are made of where no file of them is there; `nil`: they are there.
  public let lexicon: String?

  public var video: RunDirectory { RunDirectory(path: directory.path + "/video") }
  public var attributes: RunDirectory { RunDirectory(path: directory.path + "/attributes") }
  /// What both together say.
  public var fusion: String { directory.path + "/fusion.json" }
  /// The scores of the branches on the validation.
  public var scores: [String] { ["video", "attributes"].map { "\(directory.path)/\($0)-scores.safetensors" } }

  /// What stands in `co-training.json`.
  private struct Stored: Codable {
    let request: RunRequest
    let lexicon: String?
  }

  private static func file(in directory: RunDirectory) -> String { directory.path + "/co-training.json" }

  /// A new co-training.
  /// - Parameters:
  ///   - request: what both branches are asked for; attributes may be those of its configuration file.
  ///   - lexicon: what attributes are made of where no file of them is there.
  /// - Throws: ``RunError`` if there is no validation, or there are no attributes.
  public init(_ request: RunRequest, lexicon: String?, in directory: RunDirectory) throws(RunError) {
    var request = request
    request.attributes = request.attributes ?? request.experiment.attributes
    request.validationAttributes = request.validationAttributes ?? request.experiment.validationAttributes
    guard request.validation?.isEmpty == false else {
      throw RunError(
        .configuration, "--co-train: there is no validation, on which both branches are compared. Name a list by --val."
      )
    }
    if lexicon != nil {
      request.attributes = request.attributes ?? directory.path + "/train-attributes.json"
      request.validationAttributes = request.validationAttributes ?? directory.path + "/val-attributes.json"
    }
    for (option, path) in [("attributes", request.attributes), ("val-attributes", request.validationAttributes)] {
      guard let path else {
        throw RunError(
          .configuration,
          "--co-train: there are no --\(option). Name a file of 'sluice attributes', or the phrases of one by --lexicon."
        )
      }
      guard lexicon != nil || FileKind(at: path) == .file else {
        throw RunError(
          .configuration,
          "--co-train: there is no file \(path). Make it by 'sluice attributes', or name the phrases of one by --lexicon."
        )
      }
    }
    request.settings.merge(request.experiment.settings) { asked, _ in asked }
    (self.request, self.lexicon, self.directory) = (request, lexicon, directory)
  }

  /// One that goes on; `nil` if there is none in the directory.
  /// - Throws: ``RunError`` if what is kept of it is damaged.
  public init?(continuing directory: RunDirectory) throws(RunError) {
    let path = Self.file(in: directory)
    guard FileKind(at: path) == .file else { return nil }
    guard let bytes = try? readFile(path), let stored = try? JSONDecoder().decode(Stored.self, from: Data(bytes)) else {
      throw RunError(.resume, "\(path) cannot be read. Begin anew with --overwrite, or in another --out.")
    }
    (request, lexicon, self.directory) = (stored.request, stored.lexicon, directory)
  }

  /// A kept one that goes on with what is asked for now; what that does not say stays.
  public init(_ kept: CoTraining, asking request: RunRequest) {
    (directory, lexicon) = (kept.directory, kept.lexicon)
    self.request = request.completed(by: kept.request)
  }

  /// Removes what both parts came to together, before they begin anew.
  public func removeResults() {
    for path in [fusion] + scores { try? FileManager.default.removeItem(atPath: path) }
  }

  /// Keeps what was asked for, before anything is trained.
  /// - Throws: ``RunError`` if it cannot be written.
  public func keep() throws(RunError) {
    try directory.createFolder()
    guard let data = try? JSONEncoder().encode(Stored(request: request, lexicon: lexicon)) else {
      throw RunError(.file, "\(directory.path): what was asked for cannot be written down.")
    }
    try directory.write(String(decoding: data, as: UTF8.self) + "\n", to: Self.file(in: directory))
  }

  /// The files of attributes that have to be made first, with the lists whose videos they are about.
  public var missingAttributes: [(path: String, lists: [String], root: String?)] {
    guard lexicon != nil else { return [] }
    let files = [
      (request.attributes, request.clipLists.isEmpty ? request.data : request.clipLists, request.root),
      (request.validationAttributes, request.validation ?? [], request.validationRoot ?? request.root),
    ]
    return files.compactMap { path, lists, root in
      guard let path, FileKind(at: path) == nil else { return nil }
      return (path, lists, root)
    }
  }

  /// What the video branch is asked for.
  public var videoRequest: RunRequest {
    var request = request
    (request.attributes, request.validationAttributes) = (nil, nil)
    request.settings = request.settings.filter { Self.isOf(BIKETraining.self, $0.key) }
    return request
  }

  /// What the attributes branch is asked for: it begins with the same towers as the other one.
  public var attributesRequest: RunRequest {
    var request = request
    (request.from, request.alsoFrom) = (nil, nil)
    request.settings = request.settings.filter { Self.isOf(AttributesTraining.self, $0.key) }
    if let preset = request.settings["recipe.preset"].flatMap(BIKEConfiguration.Preset.init),
      !AttributesRecipe.presets.contains(preset)
    {
      // All sets that are tuned from Kinetics-400 are trained alike here.
      request.settings["recipe.preset"] = BIKEConfiguration.Preset.anet.rawValue
    }
    return request
  }

  /// Whether a setting is one of a system, or of its stages and of no other system's configuration.
  private static func isOf<System: TrainingSystem>(_ system: System.Type, _ name: String) -> Bool {
    let own = Set(System.Configuration.settings.map(\.name))
    if own.contains(name) { return true }
    let all = Set((BIKEConfiguration.settings.map(\.name)) + AttributesConfiguration.settings.map(\.name))
    guard !all.contains(name) else { return false }
    // What the other branch has no stage for.
    let group = name.prefix { $0 != "." }
    return system is BIKETraining.Type
      || !["decode", "augment", "segmentFrames", "tickFrames", "spanFrames"].contains(group)
  }
}
