internal import SluiceDatasets
internal import SluiceDecode
internal import SluicePlatform
internal import SluiceSamples
internal import SluiceShards
internal import SluiceTraining

/// What BIKE's video branch reads: clips of one class each, and the prompts of all classes.
struct BIKEInput: Sendable {
  let towers: CLIPInput
  let clips: Clips
  /// The classes by name.
  let classes: ClassMap
  let prompts: ClassPrompts
  /// What is odd about the data though it can be used.
  let notes: [String]
  /// What the run keeps in its directory.
  let keptFiles: [String: String]
  private let toleratedFailures: Double
  private let readsFiles: Bool

  /// - Parameters:
  ///   - shot: clips of each class that are used; all if `nil`.
  ///   - imageTemplate: how the images of folders are named unless the request says; `nil`: in the order of their names.
  ///   - readsFiles: whether the clips' files are read, and not only what lists say of them.
  /// - Throws: an error that names the list and line of the first clip without one class, or with one that is not among the
  ///   classes; what is wrong with towers or words.
  init(
    _ request: RunRequest, shot: Int? = nil, imageTemplate: String? = nil, readsFiles: Bool = true
  ) throws {
    towers = try CLIPInput(request)
    var own = request
    own.classNumbering = .rows
    if let imageTemplate { try own.name(imagesBy: imageTemplate) }
    let all = try own.clips(of: own.data, wanting: .one) { try $0.removingShort() }
    let (names, map, note) = try all.classes.named(own.data.joined(separator: ", "))
    classes = map
    prompts = try towers.prompter.prompts(of: names)
    var notes = all.notes + [note].compactMap(\.self)
    var kept = towers.keptFiles(names)
    if let shot, all.count > 0 {
      let (chosen, choice) = try all.selecting(shot: shot, seed: own.seed ?? 0)
      kept[RunDirectory.choiceName] = try all.record(of: choice)
      notes.append(
        "few-shot: \(choice.selected.count) clips of \(choice.classes.count) classes, \(choice.repetitions) times in an epoch; "
          + "the run keeps which in \(RunDirectory.choiceName).")
      clips = chosen
    } else {
      clips = all
    }
    (self.notes, keptFiles, self.readsFiles) = (notes, kept, readsFiles)
    toleratedFailures = request.toleratedFailures
  }

  /// The data as a run stores it.
  func datasets() throws -> [String: DatasetManifest] {
    [
      RunDatasets.training: readsFiles
        ? try clips.checkedManifest(tolerating: toleratedFailures) : try clips.manifest()
    ]
  }
}

extension RunRequest {
  /// Has the images of folders named by `template`, where nobody says how they are, and the first sample is a folder.
  fileprivate mutating func name(imagesBy template: String) throws {
    guard imageTemplate == nil, clipLists.isEmpty, let path = data.first(where: { !ShardSet.isSet($0) }),
      let first = try list(of: [path]).items.first, FileKind(at: first.path) == .folder
    else { return }
    imageTemplate = template
  }
}
