internal import SluicePlatform

/// A way in which lists of samples are written: the one vocabulary of `--format`.
///
/// ```swift
/// let list = try DatasetList(contentsOf: "train.csv", format: .named("kinetics"))
/// ```
/// Without a name a format is told from the content; ``all`` has every one with its recognizer and its reader.
public struct AnnotationFormat: Sendable {
  /// What `--format` calls it.
  public let name: String
  /// How it looks, in one line.
  public let summary: String
  /// Whether paths are made of its columns, so that a ``PathTemplate`` may say how.
  public let takesPathTemplate: Bool
  let recognize: @Sendable (Annotation) -> Recognition
  let read: @Sendable (Annotation) throws(DatasetListError) -> [DatasetItem]

  init(
    _ name: String, _ summary: String, takesPathTemplate: Bool = false,
    recognize: @escaping @Sendable (Annotation) -> Recognition,
    read: @escaping @Sendable (Annotation) throws(DatasetListError) -> [DatasetItem]
  ) {
    self.name = name
    self.summary = summary
    self.takesPathTemplate = takesPathTemplate
    self.recognize = recognize
    self.read = read
  }

  /// How well a file fits a format.
  enum Recognition {
    /// It cannot be it.
    case no
    /// It is it unless another one fits as well.
    case fallback
    /// It may be it.
    case likely
    /// It is nothing else.
    case certain
  }

  /// Every format, in the order in which help lists them.
  public static let all: [AnnotationFormat] = [
    .lines, .path, .pathLabel, .pathSecondsLabel, .pathStartTotalLabel, .pathLabelExtra, .frameFolders, .bike, .ucf,
    .csv,
    .kinetics, .charades, .charadesVideos, .webvid, .msrvtt, .captions, .something, .diving48, .videoFolders,
    .imageFolders,
  ]

  /// Those whose samples have captions, or may have some.
  public static let withCaptions: [AnnotationFormat] = [.captions, .webvid, .msrvtt, .csv, .something]

  /// The word for a format that is told from the content.
  public static let automatic: String = "automatic"

  /// The format that `--format` calls `name`; `nil` for ``automatic``.
  /// - Throws: ``UnknownFormatError`` with the nearest name.
  public static func named(_ name: String) throws(UnknownFormatError) -> AnnotationFormat? {
    if name == automatic { return nil }
    guard let format = all.first(where: { $0.name == name }) else { throw UnknownFormatError(name: name) }
    return format
  }

  /// A line for each format, for help.
  public static var table: String {
    let width = all.map(\.name.count).max() ?? 0
    return all.map { format in
      "  \(format.name)\(String(repeating: " ", count: width - format.name.count + 2))\(format.summary)"
    }.joined(separator: "\n")
  }
}

extension AnnotationFormat: Hashable {
  public static func == (first: AnnotationFormat, second: AnnotationFormat) -> Bool { first.name == second.name }

  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// A name of a format that there is not.
public struct UnknownFormatError: Error, Sendable, Equatable, CustomStringConvertible {
  public let name: String

  public var description: String {
    let known = [AnnotationFormat.automatic] + AnnotationFormat.all.map(\.name)
    let near = didYouMean(name, among: known)
    return "there is no format “\(name)” of lists.\(near) There are \(known.joined(separator: ", "))."
  }
}
