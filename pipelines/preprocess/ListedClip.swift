public import SluiceDatasets
internal import SluiceSamples
public import SluiceShards

/// A line of a list on its way into a shard.
public struct ListedClip: Sendable {
  /// What the shard says about it.
  public let description: ClipDescription
  /// Where its pictures are.
  public let path: String
  /// Pictures the list says it has.
  public let listedFrames: Int?

  /// All lines of a list, equal ones told apart by a count.
  /// - Parameters:
  ///   - root: taken off the paths again, so that shards do not depend on where the files were.
  ///   - classMap: the numbers of class names.
  /// - Throws: ``DatasetListError`` if labels cannot be numbered.
  public static func all(of list: DatasetList, root: String?, classMap: ClassMap? = nil) throws -> [ListedClip] {
    let classes = try list.classes(map: classMap)
    let prefix = root.map { $0.hasSuffix("/") ? $0 : $0 + "/" }
    var seen: [ClipDescription: Int] = [:]
    return zip(list.items, classes).map { item, labels in
      var path = item.path
      if let prefix, path.hasPrefix(prefix) { path.removeFirst(prefix.count) }
      var description = ClipDescription(
        path: path, labels: labels, captions: item.captions, start: item.seconds?.lowerBound,
        end: item.seconds?.upperBound)
      let copies = seen[description, default: 0]
      seen[description] = copies + 1
      description.copy = copies
      return ListedClip(description: description, path: item.path, listedFrames: item.frameCount)
    }
  }
}

/// A listed clip with what the last stage made of it, or why it cannot be stored.
///
/// A clip that fails goes on as such, so that the shards say which lines are missing, wherever the writer stopped.
public struct ClipAttempt<Content: Sendable>: Sendable {
  public let clip: ListedClip
  public let result: Result<Content, Failure>

  /// Why a clip cannot be stored, as a sentence.
  public struct Failure: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String
  }

  init(_ clip: ListedClip, _ body: () throws -> Content) {
    self.clip = clip
    do {
      result = .success(try body())
    } catch {
      result = .failure(Failure(description: "\(error)"))
    }
  }

  private init(_ clip: ListedClip, _ failure: Failure) {
    self.clip = clip
    result = .failure(failure)
  }

  /// The next stage's attempt; a failure stays what it is.
  func then<Next>(_ body: (Content) throws -> Next) -> ClipAttempt<Next> {
    switch result {
    case .success(let content): ClipAttempt<Next>(clip) { try body(content) }
    case .failure(let failure): ClipAttempt<Next>(clip, ClipAttempt<Next>.Failure(description: failure.description))
    }
  }
}
