internal import SluicePlatform

/// What is known of a video without decoding it; what tells seconds from frame numbers where a list cannot.
public struct MediaFacts: Sendable, Equatable {
  public let frameCount: Int
  public let seconds: Double

  public init(frameCount: Int, seconds: Double) {
    self.frameCount = frameCount
    self.seconds = seconds
  }

  /// Looks at a video; `nil` where none can be opened.
  public typealias Probe = @Sendable (_ path: String) -> MediaFacts?
}

/// A list, opened, before it is known how it is written.
struct Annotation: Sendable {
  enum Content: Sendable {
    case text(TextBytes)
    /// The files below a folder, relative to it, in the order of their bytes.
    case folder([String])
  }

  let path: String
  /// The folder that relative paths begin at; the working directory if `nil`.
  let root: String?
  let content: Content
  let probe: MediaFacts.Probe?
  /// The first lines of a text, and what they hold.
  let lines: [SampledLine]
  /// What shows of a JSON file; set while the format is being told.
  var json: JSONFacts?
  /// How paths are made of columns, if somebody says.
  var pathTemplate: PathTemplate?
  /// Frames a second of folders of images, where the list counts in seconds.
  var frameRate: Double = 24

  /// Lines that are looked at to tell a format.
  private static let sampleSize = 1000

  /// - Throws: ``DatasetListError`` if nothing that can be read stands at `path`.
  init(opening path: String, root: String?, probe: MediaFacts.Probe?) throws(DatasetListError) {
    self.path = path
    self.probe = probe
    switch FileKind(at: path) {
    case .folder:
      self.root = path
      do { content = .folder(try filesBelow(path)) } catch { throw DatasetListError(error) }
      lines = []
    case .file, .other:
      self.root = root
      let text = try TextBytes(contentsOf: path)
      content = .text(text)
      lines = SampledLine.first(Annotation.sampleSize, of: text)
    case nil:
      throw DatasetListError(path: path, line: nil, reason: "there is no such list; check the path")
    }
  }

  init(_ text: TextBytes, root: String?) {
    (path, self.root, content, probe) = (text.path, root, .text(text), nil)
    lines = SampledLine.first(Annotation.sampleSize, of: text)
  }

  /// - Throws: ``DatasetListError`` if it is a folder.
  func text(for format: String) throws(DatasetListError) -> TextBytes {
    guard case .text(let text) = content else {
      throw DatasetListError(path: path, line: nil, reason: "is a folder; the format \(format) is a file")
    }
    return text
  }

  /// - Throws: ``DatasetListError`` if it is a file.
  func files(for format: String) throws(DatasetListError) -> [String] {
    guard case .folder(let files) = content else {
      throw DatasetListError(path: path, line: nil, reason: "is a file; the format \(format) is a folder")
    }
    return files
  }

  /// `path` behind the root, if it is relative.
  func resolve(_ path: String) -> String {
    guard let root, !root.isEmpty, path.utf8.first != UInt8(ascii: "/") else { return path }
    return root.utf8.last == UInt8(ascii: "/") ? root + path : root + "/" + path
  }

  /// What stands at a path of the list.
  func kind(of path: String) -> FileKind? { FileKind(at: resolve(path)) }

  func error(line: Int? = nil, _ reason: String) -> DatasetListError {
    DatasetListError(path: path, line: line, reason: reason)
  }
}

/// One of the first lines of a text, split into columns.
struct SampledLine: Sendable {
  struct Column: Sendable {
    let text: String
    let number: Int?
    let isReal: Bool
    /// It ends like a file's name.
    let isFile: Bool
  }

  let number: Int
  let text: String
  let isTabbed: Bool
  /// Split at tabs if there is one, else at blanks.
  let columns: [Column]

  static func first(_ count: Int, of text: TextBytes) -> [SampledLine] {
    var sampled: [SampledLine] = []
    for line in text.lines {
      let range = ByteText.trimmed(text.bytes, line.range)
      guard let first = range.first, text.bytes[first] != LineReader.commentMark else { continue }
      sampled.append(SampledLine(text.bytes, range, line.number))
      if sampled.count == count { break }
    }
    return sampled
  }

  private init(_ bytes: [UInt8], _ range: Range<Int>, _ number: Int) {
    self.number = number
    text = ByteText.text(bytes, range)
    isTabbed = bytes[range].contains(0x09)
    columns = LineReader.columns(bytes, range, isTabbed: isTabbed).map { column in
      Column(
        text: ByteText.text(bytes, column), number: ByteText.number(bytes, column),
        isReal: ByteText.real(bytes, column) != nil, isFile: ByteText.looksLikeFile(bytes, column))
    }
  }

  /// The whole numbers of the last `count` columns, if they are that and a path stands before them.
  func numbers(last count: Int) -> [Int]? {
    guard columns.count > count, !isTabbed || columns.count == count + 1 else { return nil }
    let numbers = columns.suffix(count).compactMap(\.number)
    return numbers.count == count ? numbers : nil
  }

  /// What stands before the last `count` columns.
  func path(before count: Int) -> String {
    columns.dropLast(count).map(\.text).joined(separator: " ")
  }
}
