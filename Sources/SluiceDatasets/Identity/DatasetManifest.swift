internal import SluicePlatform

/// What a set of samples consists of, as text: lines about the whole set, then a line for each sample.
///
/// ```swift
/// let before = try DatasetManifest(compressed: stored, name: "runs/a/datasets/3f2a.zst")
/// if let difference = now.difference(from: before).first { throw RunError(.resume, difference) }
/// ```
/// Paths are relative to the list's root or, without one, to the folder that all of them have in common, so that data
/// may move. The lines about the set name its classes, and say how frames are stored if not as they were decoded. Columns
/// are separated by tabs: path, part, class numbers, captions; `\t`, `\n`, `\r` and `\\` stand for tab, line ends and
/// backslash within them.
public struct DatasetManifest: Sendable, Hashable {
  private static let firstLine: String = "sluice dataset 1"

  /// Samples one after the other whose frames are stored alike.
  struct Storage: Hashable {
    var count: Int
    /// `nil`: as they were decoded.
    let change: String?
  }

  /// The line of the classes.
  let classes: [UInt8]
  private(set) var storage: [Storage] = []
  /// The lines of the samples.
  private(set) var samples: [UInt8] = []
  /// Samples.
  public private(set) var count: Int = 0

  /// A manifest without samples.
  /// - Parameter classes: the names of the classes, if there are some.
  public init(classes: ClassMap = ClassMap()) {
    var line = Array("classes".utf8)
    for name in classes.orderedNames {
      line.append(0x09)
      Self.append(name ?? "", to: &line)
    }
    self.classes = line
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
      append(path: path, part: item.part, labels: numbers, captions: item.captions, change: nil)
    }
  }

  /// Adds a sample.
  /// - Parameters:
  ///   - path: what tells it from others wherever the data is.
  ///   - change: how its stored frames differ from those of the file, in words; `nil` if they do not.
  public mutating func append(
    path: String, part: ClipPart?, labels: [Int], captions: [String], storedWith change: String? = nil
  ) {
    append(path: Array(path.utf8), part: part, labels: labels, captions: captions, change: change)
  }

  private mutating func append(path: [UInt8], part: ClipPart?, labels: [Int], captions: [String], change: String?) {
    count += 1
    if let last = storage.last, last.change == change {
      storage[storage.count - 1].count += 1
    } else {
      storage.append(Storage(count: 1, change: change))
    }
    Self.append(path, to: &samples)
    samples.append(0x09)
    switch part {
    case nil: break
    case .seconds(let range): samples += "\(range.lowerBound)…\(range.upperBound) s".utf8
    case .frames(let range) where range.upperBound == .max: samples += "frames \(range.lowerBound)…".utf8
    case .frames(let range): samples += "frames \(range.lowerBound)…\(range.upperBound - 1)".utf8
    }
    samples.append(0x09)
    for (index, label) in labels.enumerated() { samples += (index == 0 ? "\(label)" : ",\(label)").utf8 }
    for caption in captions {
      samples.append(0x09)
      Self.append(caption, to: &samples)
    }
    samples.append(0x0A)
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
}

extension DatasetManifest {
  /// The whole text, UTF-8.
  public var text: [UInt8] {
    var frames = "frames"
    if storage.contains(where: { $0.change != nil }) {
      frames += storage.map { "\t\($0.count) \($0.change ?? "as decoded")" }.joined()
    }
    return Array("\(Self.firstLine)\n".utf8) + classes + Array("\n\(frames)\n".utf8) + samples
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
    let problem = DatasetListError(path: name, line: nil, reason: "is no manifest of a data set, or is damaged")
    guard let text = ZstdText.text(bytes), text.last == 0x0A else { throw problem }
    let head = text.split(separator: 0x0A, maxSplits: 3, omittingEmptySubsequences: false)
    guard head.count == 4, head[0].elementsEqual(Self.firstLine.utf8), head[1].starts(with: "classes".utf8),
      let storage = Self.storage(String(decoding: head[2], as: UTF8.self))
    else { throw problem }
    classes = Array(head[1])
    samples = Array(head[3])
    count = samples.count { $0 == 0x0A }
    self.storage = storage
    if storage.isEmpty, count > 0 { self.storage = [Storage(count: count, change: nil)] }
    guard self.storage.reduce(0, { $0 + $1.count }) == count else { throw problem }
  }

  private static func storage(_ line: String) -> [Storage]? {
    let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
    guard columns.first == "frames" else { return nil }
    var storage: [Storage] = []
    for column in columns.dropFirst() {
      let words = column.split(separator: " ", maxSplits: 1)
      guard words.count == 2, let count = Int(words[0]), (1...Int(Int32.max)).contains(count) else { return nil }
      storage.append(Storage(count: count, change: words[1] == "as decoded" ? nil : String(words[1])))
    }
    return storage
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
