internal import Foundation

/// One line of a list file.
public struct DatasetItem: Sendable, Hashable {
  /// The path, with the root in front if it was relative.
  public var path: String
  /// The part of the video that is meant, seconds; all of it if `nil`.
  public var seconds: Range<Double>?
  /// What the line calls its classes; empty without labels.
  public var labels: [DatasetLabel]
  /// Sentences that describe the sample.
  public var captions: [String]
  /// Pictures the list says there are.
  public var frameCount: Int?
  /// The line's number in its file, from 1.
  public var line: Int

  public init(
    path: String, seconds: Range<Double>? = nil, labels: [DatasetLabel] = [], captions: [String] = [],
    frameCount: Int? = nil, line: Int = 0
  ) {
    self.path = path
    self.seconds = seconds
    self.labels = labels
    self.captions = captions
    self.frameCount = frameCount
    self.line = line
  }
}

/// A class as a list file writes it.
public enum DatasetLabel: Sendable, Hashable {
  /// A whole number from 0.
  case number(Int)
  /// A name, which a class map turns into a number.
  case name(String)
}

/// A list of samples: `path`, `path label` or `path start end label` on each line, times in seconds.
///
/// A line with a tab is split at tabs, any other at its last blanks, so that a path may hold spaces. Several labels are
/// separated by commas; blank lines do not count; `#` has no meaning.
public struct DatasetList: Sendable, Hashable {
  public var items: [DatasetItem]

  public init(items: [DatasetItem]) {
    self.items = items
  }

  /// Reads the list file at `path`.
  ///
  /// - Parameters:
  ///   - root: the folder that relative paths begin at; the working directory if `nil`.
  ///   - format: how lines are split where the lines themselves do not say so.
  /// - Throws: ``DatasetListError`` with the number of the line.
  public init(contentsOf path: String, root: String? = nil, format: DatasetListFormat = .automatic) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw DatasetListError(
        path: path, line: nil, reason: "the list cannot be read; check the path and its permissions")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw DatasetListError(path: path, line: nil, reason: "the list is no UTF-8 text: is it a video itself?")
    }
    try self.init(parsing: text, name: path, root: root, format: format)
  }

  /// Reads the text of a list; `name` stands in messages.
  public init(
    parsing text: String, name: String = "list", root: String? = nil, format: DatasetListFormat = .automatic
  ) throws {
    items = []
    var number = 0
    for raw in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      number += 1
      let line = raw.first == "\u{FEFF}" && number == 1 ? raw.dropFirst() : raw
      guard line.contains(where: { !$0.isWhitespace }) else { continue }
      do {
        var item = try DatasetLineParser(format: format).item(String(line))
        item.path = DatasetList.resolve(item.path, root: root)
        item.line = number
        items.append(item)
      } catch let problem as DatasetLineParser.Problem {
        throw DatasetListError(path: name, line: number, reason: problem.reason)
      }
    }
  }

  static func resolve(_ path: String, root: String?) -> String {
    guard let root, !root.isEmpty, !path.hasPrefix("/") else { return path }
    return root.hasSuffix("/") ? root + path : root + "/" + path
  }
}

/// What the columns of a list mean.
public struct DatasetListFormat: Sendable, Hashable {
  enum Kind: Hashable { case automatic, path, pathLabel, pathSecondsLabel }
  let kind: Kind

  /// Told from each line: with tabs by their number; else `path start end label` if two numbers stand before the label,
  /// `path label` if the last word cannot belong to the path, and `path` otherwise.
  public static let automatic: DatasetListFormat = DatasetListFormat(kind: .automatic)
  /// Each line is a path, whatever it holds.
  public static let path: DatasetListFormat = DatasetListFormat(kind: .path)
  /// The last column is the label.
  public static let pathLabel: DatasetListFormat = DatasetListFormat(kind: .pathLabel)
  /// The last three columns are start, end and label.
  public static let pathSecondsLabel: DatasetListFormat = DatasetListFormat(kind: .pathSecondsLabel)

  /// Formats by the names that `--format` takes.
  public static let named: [String: DatasetListFormat] = [
    "automatic": .automatic, "path": .path, "path-label": .pathLabel, "path-seconds-label": .pathSecondsLabel,
  ]
}

/// A list file that cannot be read, with the line.
public struct DatasetListError: Error, Sendable, Hashable, CustomStringConvertible {
  public let path: String
  /// From 1; `nil` if the file as a whole is meant.
  public let line: Int?
  public let reason: String

  public init(path: String, line: Int?, reason: String) {
    self.path = path
    self.line = line
    self.reason = reason
  }

  public var description: String {
    line.map { "\(path):\($0): \(reason)" } ?? "\(path): \(reason)"
  }
}
