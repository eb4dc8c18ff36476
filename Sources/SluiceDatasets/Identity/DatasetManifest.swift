internal import SluicePlatform

/// What a set of samples consists of, as text: a line with the names of classes, then a line for each sample.
///
/// ```swift
/// let before = try DatasetManifest(compressed: stored, name: "runs/a/data.zst")
/// if let difference = now.firstDifference(from: before) { throw RunError(.resume, difference) }
/// ```
/// Paths are relative to the list's root or, without one, to the folder that all of them have in common, so that data
/// may move. Columns are separated by tabs: path, part, class numbers, captions; `\t`, `\n`, `\r` and `\\` stand for tab,
/// line ends and backslash within them.
public struct DatasetManifest: Sendable, Hashable {
  static let firstLine: String = "sluice dataset 1"
  /// Lines before the samples.
  private static let headLines: Int = 2

  /// The whole text, UTF-8.
  public private(set) var text: [UInt8]
  /// Samples.
  public private(set) var count: Int = 0

  /// A manifest without samples.
  /// - Parameter classes: the names of the classes, if there are some.
  public init(classes: ClassMap = ClassMap()) {
    text = Array((Self.firstLine + "\nclasses").utf8)
    for name in classes.orderedNames {
      text.append(0x09)
      Self.append(name ?? "", to: &text)
    }
    text.append(0x0A)
  }

  /// The manifest of a list, whose items have these class numbers.
  public init(_ list: DatasetList, labels: ClassLabels, classes: ClassMap = ClassMap()) {
    self.init(classes: classes)
    append(list, labels: labels)
  }

  /// Adds the samples of a list, whose items have these class numbers.
  public mutating func append(_ list: DatasetList, labels: ClassLabels) {
    precondition(labels.count == list.items.count, "\(labels.count) labels for \(list.items.count) items")
    let start = list.commonPrefix
    for (item, numbers) in zip(list.items, labels) {
      let path =
        item.path.utf8.starts(with: start) ? Array(item.path.utf8.dropFirst(start.count)) : Array(item.path.utf8)
      append(path: path, part: item.part, labels: numbers, captions: item.captions)
    }
  }

  /// Adds a sample.
  /// - Parameter path: what tells it from others wherever the data is.
  public mutating func append(path: String, part: ClipPart?, labels: [Int], captions: [String]) {
    append(path: Array(path.utf8), part: part, labels: labels, captions: captions)
  }

  private mutating func append(path: [UInt8], part: ClipPart?, labels: [Int], captions: [String]) {
    count += 1
    Self.append(path, to: &text)
    text.append(0x09)
    switch part {
    case nil: break
    case .seconds(let range): text += "\(range.lowerBound)…\(range.upperBound) s".utf8
    case .frames(let range) where range.upperBound == .max: text += "frames \(range.lowerBound)…".utf8
    case .frames(let range): text += "frames \(range.lowerBound)…\(range.upperBound - 1)".utf8
    }
    text.append(0x09)
    for (index, label) in labels.enumerated() { text += (index == 0 ? "\(label)" : ",\(label)").utf8 }
    for caption in captions {
      text.append(0x09)
      Self.append(caption, to: &text)
    }
    text.append(0x0A)
  }

  private static func append(_ string: String, to text: inout [UInt8]) { append(Array(string.utf8), to: &text) }

  private static func append(_ bytes: [UInt8], to text: inout [UInt8]) {
    for byte in bytes {
      switch byte {
      case 0x09: text += [0x5C, UInt8(ascii: "t")]
      case 0x0A: text += [0x5C, UInt8(ascii: "n")]
      case 0x0D: text += [0x5C, UInt8(ascii: "r")]
      case 0x5C: text += [0x5C, 0x5C]
      default: text.append(byte)
      }
    }
  }

  /// The digest of it all.
  public var identity: DatasetIdentity { DatasetIdentity(digest: SHA256.hexadecimal(of: text), count: count) }

  /// The manifest as a file that any zstd tool unpacks into its text.
  public func compressed() throws(DatasetListError) -> [UInt8] {
    guard let bytes = ZstdText.compressed(text) else {
      throw DatasetListError(path: "the manifest", line: nil, reason: "there is no memory to compress it")
    }
    return bytes
  }

  /// Reads what ``compressed()`` gave.
  /// - Parameter name: what messages call the file.
  /// - Throws: ``DatasetListError`` if it is damaged, or no manifest.
  public init(compressed bytes: [UInt8], name: String) throws(DatasetListError) {
    guard let text = ZstdText.text(bytes), text.starts(with: (Self.firstLine + "\nclasses").utf8), text.last == 0x0A
    else { throw DatasetListError(path: name, line: nil, reason: "is no manifest of a data set, or is damaged") }
    self.text = text
    count = text.count { $0 == 0x0A } - Self.headLines
    guard count >= 0 else {
      throw DatasetListError(path: name, line: nil, reason: "the manifest has no line of classes")
    }
  }

  /// The first place where this set differs from `earlier`, with both values, as a sentence; `nil` if they are the same.
  public func firstDifference(from earlier: DatasetManifest) -> String? {
    guard text != earlier.text else { return nil }
    var (own, other) = (TextLines(text), TextLines(earlier.text))
    while true {
      let (mine, theirs) = (own.next(), other.next())
      let now = mine.map { ByteText.text(text, $0.range) }
      let before = theirs.map { ByteText.text(earlier.text, $0.range) }
      if now.map(ExactText.init) == before.map(ExactText.init) {
        guard now != nil else { return nil }
        continue
      }
      guard let number = (mine ?? theirs)?.number else { return nil }
      if number <= Self.headLines { return Self.classDifference(before ?? "", now ?? "") }
      let sample = "sample \(number - Self.headLines)"
      switch (before, now) {
      case (let before?, let now?): return "\(sample) was \(Self.shown(before)), it is \(Self.shown(now)) now"
      case (let before?, nil):
        return "\(sample) was \(Self.shown(before)); there are \(count) now, not \(earlier.count)"
      case (nil, let now?):
        return "\(sample) is \(Self.shown(now)); there were \(earlier.count), now there are \(count)"
      case (nil, nil): return nil
      }
    }
  }

  private static func classDifference(_ before: String, _ now: String) -> String {
    let lists = [before, now].map {
      $0.split(separator: "\t", omittingEmptySubsequences: false).dropFirst().map(String.init)
    }
    let (old, new) = (lists[0], lists[1])
    let number = (0..<max(old.count, new.count)).first { number in
      let (mine, theirs) = (
        new.indices.contains(number) ? new[number] : nil, old.indices.contains(number) ? old[number] : nil
      )
      return mine.map(ExactText.init) != theirs.map(ExactText.init)
    }
    guard let number else { return "the manifest was written by another version" }
    let name = { (names: [String]) in names.indices.contains(number) ? "“\(names[number])”" : "none" }
    return "class \(number) was \(name(old)), it is \(name(new)) now"
  }

  /// A sample's line for people.
  private static func shown(_ line: String) -> String {
    let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
    guard columns.count >= 3 else { return "“\(line)”" }
    var text = "“\(columns[0])”"
    if !columns[1].isEmpty { text += " \(columns[1])" }
    text += columns[2].isEmpty ? " without label" : " label \(columns[2])"
    if columns.count > 3 { text += " caption “\(columns[3...].joined(separator: "”, “"))”" }
    return text
  }
}

extension DatasetList {
  /// What is taken off the paths, so that data may move: the root, or without one the folder all have in common.
  var commonPrefix: [UInt8] {
    if let root, !root.isEmpty { return Array((root.hasSuffix("/") ? root : root + "/").utf8) }
    guard let first = items.first else { return [] }
    var prefix = Array(first.path.utf8)
    for item in items where !prefix.isEmpty {
      let common = zip(prefix, item.path.utf8).prefix { $0 == $1 }.count
      if common < prefix.count { prefix.removeLast(prefix.count - common) }
    }
    // Up to a slash: of “videos/a1” and “videos/a2” only “videos/” is a folder.
    guard let slash = prefix.lastIndex(of: UInt8(ascii: "/")) else { return [] }
    return Array(prefix[...slash])
  }
}
