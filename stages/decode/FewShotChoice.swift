internal import SluiceDatasets
internal import SluicePlatform

/// Some clips of each class, repeated so that an epoch keeps about its length.
///
/// Classes follow each other as they first appear; of each, so many different clips in the order in which they are drawn.
/// - Source: BIKE, `train.py`. There every process draws for itself; here one choice is drawn from the run's seed.
public struct FewShotChoice: Sendable, Hashable {
  /// The classes, in the order of their first clips.
  public let classes: [Int]
  /// The numbers of the chosen clips, class by class.
  public let selected: [Int]
  /// How often an epoch has them.
  public let repetitions: Int

  /// The numbers of all clips of an epoch.
  public var indices: [Int] { (0..<repetitions).flatMap { _ in selected } }

  /// - Parameters:
  ///   - labels: the class of each clip.
  ///   - shot: clips of each class.
  ///   - draw: so many different numbers below `count`, in order, for the class that appears as number `position`.
  /// - Throws: ``FewShotError`` if a class has fewer clips.
  package init(
    of labels: [Int], shot: Int, draw: (_ position: Int, _ count: Int) -> [Int]
  ) throws(FewShotError) {
    var classes: [Int] = []
    var clips: [Int: [Int]] = [:]
    for (index, label) in labels.enumerated() {
      if clips[label] == nil { classes.append(label) }
      clips[label, default: []].append(index)
    }
    var selected: [Int] = []
    for (position, label) in classes.enumerated() {
      let own = clips[label, default: []]
      guard own.count >= shot else { throw FewShotError(label: label, count: own.count, shot: shot, first: own[0]) }
      selected += draw(position, own.count).map { own[$0] }
    }
    self.classes = classes
    self.selected = selected
    repetitions = selected.isEmpty ? 0 : labels.count / selected.count
  }

  /// The choice of a seed; every one is equally likely.
  /// - Throws: ``FewShotError`` if a class has fewer clips.
  public init(of labels: [Int], shot: Int, seed: UInt64) throws(FewShotError) {
    try self.init(of: labels, shot: shot) { position, count in
      var random = KeyedRandom(seed: seed, epoch: 0, sample: position, stage: "few-shot")
      return Array(random.shuffled(Array(0..<count)).prefix(shot))
    }
  }
}

/// A class that has too few clips to choose from.
public struct FewShotError: Error, Sendable, Hashable {
  public let label: Int
  public let count: Int
  public let shot: Int
  /// The number of the first clip of the class.
  public let first: Int
}

extension Clips {
  /// So many clips of each class, and what was chosen: the same ones with the same seed.
  /// - Throws: an error with the line of a class that has fewer clips, or of a clip that has not one class.
  public func selecting(shot: Int, seed: UInt64) throws -> (clips: Clips, choice: FewShotChoice) {
    guard shot > 0 else {
      throw DatasetListError(path: origin, line: nil, reason: "\(shot) clips of each class; wanted: one at least")
    }
    var labels: [Int] = []
    labels.reserveCapacity(count)
    for index in 0..<count {
      let own = try self.labels(of: index)
      guard own.count == 1 else {
        throw error(about: index, "\(own.count) classes; few-shot training wants clips of one each")
      }
      labels.append(own[0])
    }
    do throws(FewShotError) {
      let choice = try FewShotChoice(of: labels, shot: shot, seed: seed)
      return (selecting(choice.indices), choice)
    } catch {
      throw self.error(
        about: error.first,
        "class \(error.label) (\(classes.map.name(of: error.label))) has \(error.count) clip\(error.count == 1 ? "" : "s"), and "
          + "\(error.shot) of each class are wanted. Lower the shot, or add clips")
    }
  }

  /// What was chosen of these clips, for the run to keep: a line for each, with its path and class, behind one that says how
  /// often an epoch has them.
  public func record(of choice: FewShotChoice) throws -> String {
    let lines = try choice.selected.map { "\(listedPath(of: $0))\t\(try labels(of: $0).first ?? 0)\n" }
    let clips = "\(choice.selected.count) clips of \(choice.classes.count) classes"
    return "# few-shot: \(clips), \(choice.repetitions) times in an epoch\n" + lines.joined()
  }
}
