public import SluiceDatasets
public import SluiceDecode
internal import SluiceFlow
internal import SluicePlatform
internal import SluiceShards
public import SluiceTraining

extension RunRequest {
  /// The samples of all list files among `paths`, one after the other; none if there is no list.
  ///
  /// A selection of videos is one of those of ``data``, and of whatever is named where nothing is trained on.
  /// - Throws: an error that names the list and the line.
  func list(of paths: [String]) throws -> DatasetList {
    let format = try format.flatMap { try AnnotationFormat.named($0) }
    let template = try pathTemplate.map(PathTemplate.init)
    let images = try imageTemplate.map(ImageTemplate.init)
    let selection = try only.map(VideoSelection.init(contentsOf:))
    var lists: [DatasetList] = []
    for path in paths where !ShardSet.isSet(path) {
      var template = template
      template?.isRequired = isMeant(path)
      lists.append(
        try DatasetList(
          contentsOf: path, root: root(of: path), format: format, only: isMeant(path) ? selection : nil,
          pathTemplate: template, imageTemplate: self.images.contains(path) ? nil : images,
          frameRate: self.images.contains(path) ? nil : listRate, probe: MediaFacts.init(opening:)))
    }
    return DatasetList(joining: lists)
  }

  /// Where relative paths of a list begin.
  private func root(of path: String) -> String? {
    let isOfValidation = validation?.contains(path) == true && !data.contains(path) && !clipLists.contains(path)
    return isOfValidation ? validationRoot ?? root : root
  }

  /// The clips that a run is asked for by `paths`: those of lists, each opened where it lies, and of shard sets.
  ///
  /// Where ``clipLists`` name the clips of shards, only these are had of them, with the lists' labels; a list for validation
  /// whose files are not there is looked up in the same shards.
  /// - Parameters:
  ///   - classes: the classes there are; if `nil`, lists and sets decide about them themselves.
  ///   - need: how many labels each clip must have.
  ///   - change: what of the lists is left out, such as short clips.
  /// - Throws: an error that names list and line of the first label that is no class, or of a sample that no set has.
  package func clips(
    of paths: [String], classes: ClassSpace? = nil, wanting need: LabelNeed,
    changing change: (DatasetList) throws -> DatasetList = { $0 }
  ) throws -> Clips {
    let (list, sets) = (try change(try self.list(of: paths)), try shardSets(of: paths))
    guard !clipLists.isEmpty else {
      return try Clips(videos: list, shards: sets, classes: try classes ?? classSpace(of: list, sets), wanting: need)
    }
    if paths == data, !sets.isEmpty {
      let listed = try change(try self.list(of: clipLists))
      return try Clips(listed: listed, in: sets, classes: try classes ?? classSpace(of: listed, sets), wanting: need)
    }
    let stored = try shardSets(of: data)
    guard sets.isEmpty, !stored.isEmpty, let first = list.items.first, FileKind(at: first.path) == nil else {
      return try Clips(videos: list, shards: sets, classes: try classes ?? classSpace(of: list, sets), wanting: need)
    }
    return try Clips(listed: list, in: stored, classes: try classes ?? classSpace(of: list, stored), wanting: need)
  }

  private func classSpace(of list: DatasetList, _ sets: [ShardSet]) throws -> ClassSpace {
    try ClassSpace(of: list, shards: sets, map: try classMap(), origin: classesOrigin)
  }

  /// Whether a list is one that options about the data are about, and not one for validation or of images beside it.
  private func isMeant(_ path: String) -> Bool {
    data.contains(path) || data.isEmpty && validation?.contains(path) != true
  }

  /// The share of samples that may fail.
  var toleratedFailures: Double { maxFailures ?? 0.01 }

  /// Opens some of the clips, evenly spread, and decodes a frame of each, before a run begins that uses them hours later.
  /// - Throws: ``RunError`` with the first reason, if all of those fail, or more of the whole set than may.
  func requireReadable(_ clips: Clips, of paths: [String]) throws(RunError) {
    let looked = min(clips.count, 8)
    var problems: [String] = []
    for number in 0..<looked {
      let index = number * clips.count / looked
      let name = clips.name(of: index)
      let context = ElementContext(seed: 0, epoch: 0, sample: index, identity: name, stage: "check")
      do {
        let handle = try clips.element(at: index, context: context)
        _ = try handle.frames.frames(at: [handle.range.lowerBound])
      } catch {
        let text = "\(error)"
        problems.append(text.hasPrefix(name) ? text : "\(name): \(text)")
      }
    }
    let isWhole = looked == clips.count
    let isTooMuch = isWhole ? Double(problems.count) > toleratedFailures * Double(looked) : problems.count == looked
    guard let first = problems.first, isTooMuch else { return }
    throw RunError(
      .data,
      "\(paths.joined(separator: ", ")): \(problems.count) of \(looked) clips\(isWhole ? "" : " that were tried") cannot be "
        + "read. The first: \(first)")
  }

  /// The shard sets among `paths`.
  /// - Throws: ``RunError`` if an option is about lists and these are none; an error of a damaged set.
  func shardSets(of paths: [String]) throws -> [ShardSet] {
    try requireListsForOptions(among: paths)
    return try paths.filter(ShardSet.isSet).map { try ShardSet($0) }
  }

  /// - Throws: ``RunError`` if an option is about lists and a set of shards is among the paths that it is about.
  package func requireListsForOptions(among paths: [String]) throws(RunError) {
    let options = [
      ("--only", only), ("--path-template", pathTemplate),
      ("--image-template", clipLists.isEmpty ? imageTemplate : nil),
    ]
    guard let set = paths.first(where: { ShardSet.isSet($0) && isMeant($0) }),
      case let (option, value?)? = options.first(where: { $0.1 != nil })
    else { return }
    throw RunError(
      .data, "\(option) \(value) is about lists, and \(set) holds shards. Give the option to 'sluice preprocess'.")
  }

  /// - Throws: ``RunError`` if an option is about the data, where there need be none and none is named.
  package func requireDataForOptions() throws(RunError) {
    let options = [("--only", only), ("--path-template", pathTemplate)]
    guard data.isEmpty, case let (option, value?)? = options.first(where: { $0.1 != nil }) else { return }
    throw RunError(
      .data,
      "\(option) \(value) has no effect here: it is about --data, and none is named. Leave it out, or name the list.")
  }

  /// The clips of all lists and all shard sets among `paths`, whatever labels they have.
  public func clips(of paths: [String], classMap: ClassMap? = nil) throws -> Clips {
    let (list, sets) = (try list(of: paths), try shardSets(of: paths))
    let classes = try ClassSpace(of: list, shards: sets, map: classMap, origin: classesOrigin)
    return try Clips(videos: list, shards: sets, classes: classes)
  }

  /// The class map that was given, else that of the checkpoint.
  public func classMap() throws -> ClassMap? {
    try classes.map { try ClassMap(contentsOf: $0, numbering: classNumbering) } ?? knownClasses
  }

  /// Where ``classMap()`` is from; `nil` if there is none.
  var classesOrigin: String? { classes ?? (knownClasses == nil ? nil : "the checkpoint") }
}

extension Clips {
  /// What tells the clips from others, once their files are known to be there.
  /// - Throws: an error that says which files are missing, if more are than may be.
  func checkedManifest(tolerating failures: Double) throws -> DatasetManifest {
    try requireFiles(tolerating: failures)
    return try manifest()
  }
}
