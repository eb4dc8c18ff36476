public import SluiceDatasets
internal import SluiceSamples
public import SluiceShards

/// A line of a list on its way into a shard.
public struct ListedClip: Sendable {
  /// What the shard says about it.
  public let description: ClipDescription
  /// What the list says of it.
  let item: DatasetItem

  /// Where its frames are.
  public var path: String { item.path }

  /// Frames the list says it has.
  public var listedFrames: Int? { item.frameCount }

  /// All lines of a list; those that name the same part of the same file are numbered.
  ///
  /// The list's root is taken off the paths again, so that shards do not depend on where the files were.
  /// - Parameter classes: the classes there are; if `nil`, the list decides about them itself.
  /// - Throws: ``DatasetListError`` with the line of the first label that is no class.
  public static func all(of list: DatasetList, classes: ClassSpace? = nil) throws(DatasetListError) -> [ListedClip] {
    let space = if let classes { classes } else { try ClassSpace(of: list) }
    let labels = try space.labels(of: list)
    var seen: [ClipDescription: Int] = [:]
    return zip(list.items, labels).map { item, labels in
      var description = ClipDescription(
        path: list.ownPath(of: item), start: item.seconds?.lowerBound, end: item.seconds?.upperBound)
      if case .frames(let range) = item.part {
        description.firstFrame = range.lowerBound
        description.endFrame = range.upperBound == .max ? nil : range.upperBound
      }
      let copies = seen[description, default: 0]
      seen[description] = copies + 1
      description.copy = copies
      (description.labels, description.captions) = (labels, item.captions)
      return ListedClip(description: description, item: item)
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
