internal import SluicePlatform

/// Phrases that describe videos, best first, as BIKE's attributes branch reads them: a JSON object from the path of a list's
/// line to an object with the list `classname_topk`.
///
/// ```swift
/// let attributes = try AttributesFile(contentsOf: "train_attributes.json")
/// attributes.sentence(for: "cls1/clip_00", top: 3)   // This is a video about juggling,arm wrestling,yoga
/// ```
/// - Source: BIKE, `datasets/video_attr.py`.
public struct AttributesFile: Sendable, Hashable {
  /// What a sentence begins with.
  public static let beginning: String = "This is a video about "
  /// The member of each video's object that has its phrases.
  private static let member: String = "classname_topk"

  /// The file, as messages name it.
  public let origin: String
  /// The paths of the videos, in the order of the file.
  public private(set) var paths: [String] = []
  private var known: [ExactText: [String]] = [:]
  // By the paths with single slashes, where those of the file have others.
  private var collapsed: [ExactText: String] = [:]

  /// - Throws: ``DatasetListError`` with the line if it is no such file, a video comes twice or has no phrase.
  public init(contentsOf path: String) throws(DatasetListError) {
    origin = path
    var reader = JSONReader(try TextBytes(contentsOf: path).bytes)
    do {
      guard try reader.kind() == .object else {
        throw DatasetListError(
          path: path, line: 1,
          reason: "is no file of attributes; wanted: an object from path to an object with “\(Self.member)”")
      }
      try reader.object { key, value in try add(key, &value) }
      try reader.end()
    } catch let error as DatasetListError {
      throw error
    } catch let error as JSONReadingError {
      throw DatasetListError(error, in: path)
    } catch {
      throw DatasetListError(path: path, line: nil, reason: "\(error)")
    }
    guard !paths.isEmpty else {
      throw DatasetListError(path: path, line: nil, reason: "the file names no video; wanted: a member for each")
    }
  }

  /// The phrases of videos, by the paths that their list has.
  /// - Throws: ``DatasetListError`` if a path comes twice or has no phrase.
  public init(_ entries: [(path: String, phrases: [String])], origin: String) throws(DatasetListError) {
    self.origin = origin
    for entry in entries { try add(entry.path, entry.phrases, line: nil) }
  }

  private mutating func add(_ key: String, _ reader: inout JSONReader) throws {
    let line = reader.line
    func wrong(_ found: String) -> DatasetListError {
      DatasetListError(
        path: origin, line: line,
        reason: "“\(key)” has \(found); wanted: an object with “\(Self.member)”, a list of phrases")
    }
    let kind = try reader.kind()
    guard kind == .object else { throw wrong(kind.rawValue) }
    var found: [String]?
    try reader.object { name, value in
      guard name == Self.member else { return try value.skip() }
      let kind = try value.kind()
      guard kind == .array else { throw wrong("\(kind.rawValue) as “\(name)”") }
      var texts: [String] = []
      try value.array { element in
        let kind = try element.kind()
        guard kind == .string else { throw wrong("\(kind.rawValue) among its phrases") }
        texts.append(try element.string())
      }
      found = texts
    }
    guard let found else { throw wrong("no “\(Self.member)”") }
    try add(key, found, line: line)
  }

  private mutating func add(_ path: String, _ found: [String], line: Int?) throws(DatasetListError) {
    guard !found.isEmpty else {
      throw DatasetListError(path: origin, line: line, reason: "“\(path)” has no phrase; wanted: one at least")
    }
    guard known.updateValue(found, forKey: ExactText(path)) == nil else {
      throw DatasetListError(path: origin, line: line, reason: "“\(path)” is there twice; wanted: each video once")
    }
    paths.append(path)
    let single = path.withSingleSlashes
    if collapsed[ExactText(single)] == nil { collapsed[ExactText(single)] = path }
  }

  /// The phrases of a video; `nil` if the file has none.
  /// - Parameter path: as its list has it; slashes that follow each other may be one here and two there.
  public func phrases(of path: String) -> [String]? {
    known[ExactText(path)]
      ?? collapsed[ExactText(path.withSingleSlashes)].flatMap { known[ExactText($0)] }
  }

  /// The sentence about a video: its first `top` phrases, or all where it has fewer, with commas between them.
  /// - Returns: `nil` if the file has no phrases of the video.
  public func sentence(for path: String, top: Int) -> String? {
    phrases(of: path).map { Self.beginning + $0.prefix(max(top, 0)).joined(separator: ",") }
  }

  /// The numbers of those of `paths` that the file has no phrases of.
  public func missing(of paths: some Sequence<String>) -> [Int] {
    paths.enumerated().filter { phrases(of: $0.element) == nil }.map(\.offset)
  }

  /// Checks that the file has phrases of every video of a list.
  /// - Throws: ``DatasetListError`` with the line of the first that it lacks, and how many there are.
  public func requireAll(of list: DatasetList) throws(DatasetListError) {
    let missing = missing(of: list.items.lazy.map(list.ownPath))
    guard let first = missing.first else { return }
    let item = list.items[first]
    throw list.error(
      item,
      "\(origin) has no attributes of \(missing.count) of its \(list.items.count) videos. The first is "
        + "“\(list.ownPath(of: item))”; the file begins with “\(paths.first ?? "")”. Make them with 'sluice attributes', from "
        + "this list")
  }
}

extension AttributesFile {
  /// The file's text: a member for each video in its order, with one phrase on each line.
  public var json: String {
    let members = paths.map { path in
      let list = (known[ExactText(path)] ?? []).map { "      \(jsonText($0))" }.joined(separator: ",\n")
      return "  \(jsonText(path)): {\n    \"\(Self.member)\": [\n\(list)\n    ]\n  }"
    }
    return "{\n" + members.joined(separator: ",\n") + "\n}\n"
  }

  /// Writes the file whole or not at all.
  /// - Throws: ``DatasetListError`` if it cannot be written.
  public func write(to path: String) throws(DatasetListError) {
    do {
      try OutputFile.replace(path, with: Array(json.utf8))
    } catch {
      throw DatasetListError(path: path, line: nil, reason: "cannot be written: \(error)")
    }
  }
}

extension String {
  /// The path with one slash where several follow each other, which file systems take for the same.
  package var withSingleSlashes: String {
    guard utf8.contains(UInt8(ascii: "/")) else { return self }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(utf8.count)
    for byte in utf8 where byte != UInt8(ascii: "/") || bytes.last != byte { bytes.append(byte) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
