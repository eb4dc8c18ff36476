internal import SluiceDatasets
internal import SluiceDecode
internal import SluicePlatform
internal import SluiceShards
public import SluiceTraining

/// A system that compares videos with the names of classes: `sluice eval` measures it by an ``EvaluationProtocol``, on its own
/// classes or on any others, and `--val` by the one that its recipe names.
///
/// A system has a ``videoText`` and needs no more: the evaluation comes with it.
public protocol VideoTextClassifying: TrainingSystem {
  /// The network, and how its clips and prompts are made.
  var videoText: VideoTextClassifier { get }
}

extension VideoTextClassifying {
  public static var evaluationOptions: Set<EvaluationOption> { EvaluationOption.ofClassNames }

  public var validationViews: EvaluationViews { EvaluationViews(average: .probability) }
  public var publishedViews: EvaluationViews? { videoText.test }

  public func evaluation(on paths: [String], _ request: RunRequest, views: EvaluationViews) throws -> Evaluation? {
    let way = request.evaluationProtocol ?? videoText.usual
    guard way == .k600 else {
      guard request.evaluationClasses.count < 2 else {
        throw RunError(
          .configuration,
          "--classes is there \(request.evaluationClasses.count) times: only --protocol k600 has several lists with classes of "
            + "their own. Give it once.")
      }
      return try evaluation(on: paths, request.evaluationClasses.first, way, request, views)
    }
    let files = request.evaluationClasses
    guard paths.count > 1, files.count == paths.count || files.count < 2 else {
      throw RunError(
        .configuration,
        "--protocol k600: there are \(paths.count) lists and \(files.count) class files, wanted are several lists and a class "
          + "file for each: --data 1.txt --classes 1.csv --data 2.txt --classes 2.csv.")
    }
    let parts = try paths.enumerated().map { number, path in
      (path, try evaluation(on: [path], files.count > 1 ? files[number] : files.first, way, request, views))
    }
    return Evaluation(joining: parts.map(\.1)) { findings in
      ListResults(zip(parts.map(\.0), findings)).findings
    }
  }

  /// The evaluation on lists of one set of classes.
  /// - Parameter file: the classes; those that it was trained on if `nil`.
  private func evaluation(
    on paths: [String], _ file: String?, _ way: EvaluationProtocol, _ request: RunRequest, _ views: EvaluationViews
  ) throws -> Evaluation {
    var own = request
    own.classNumbering = .rows
    if let template = videoText.imageTemplate { try own.nameImages(by: template, of: paths) }
    let map = try file.map { try ClassMap(contentsOf: $0, numbering: .rows) } ?? classes
    let names = try map.promptNames(in: file ?? "the training data")
    let space = ClassSpace(map: map, count: names.count, origin: file ?? "the training data")
    let clips = try own.clips(of: paths, classes: space, wanting: way.hasManyLabels ? .any : .one) { list in
      // Between epochs a list is read as that of training is; tests leave nothing out.
      request.evaluationProtocol == nil && request.validation == paths ? try list.removingShort() : list
    }
    guard clips.count > 0 else {
      throw RunError(.data, "no data: name a list file or shards with --data, 'path label' on each line.")
    }
    var evaluation = try videoText.evaluation(
      on: clips, names: names, way, views: views, isDense: request.evaluationOptions.contains(.dense))
    try clips.requireFiles(tolerating: request.toleratedFailures)
    try request.requireReadable(clips, of: paths)
    evaluation.dataset = { try clips.manifest() }
    evaluation.notes = clips.notes
    evaluation.readingNotes = { clips.warnings.notes }
    return evaluation
  }
}

extension ClassMap {
  /// The names of all classes, of which prompts are made.
  /// - Throws: ``RunError`` if one has none.
  fileprivate func promptNames(in file: String) throws(RunError) -> [String] {
    let names = orderedNames
    guard let number = names.firstIndex(of: nil) else { return names.compactMap(\.self) }
    throw RunError(
      .data, "\(file): class \(number) has no name, and a prompt is made of each. Name all \(names.count) of them.")
  }
}

extension RunRequest {
  /// Has the images of folders named by `template`, where nobody says how they are, and the first sample is a folder.
  fileprivate mutating func nameImages(by template: String, of paths: [String]) throws {
    guard imageTemplate == nil, clipLists.isEmpty, let path = paths.first(where: { !ShardSet.isSet($0) }),
      let first = try list(of: [path]).items.first, FileKind(at: first.path) == .folder
    else { return }
    imageTemplate = template
  }
}
