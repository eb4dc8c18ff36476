/// How the paths of videos are made of the columns of a table.
///
/// ```swift
/// let template = try PathTemplate("{videoid without its last 4 digits}/{videoid}.mp4")
/// let list = try DatasetList(contentsOf: "results_2M_train.csv", pathTemplate: template)
/// ```
/// Braces hold the name of a column; behind it may stand how many digits or letters of its end are left off.
public struct PathTemplate: Sendable, Hashable {
  /// The template as it was given.
  public let text: String
  /// Whether a list whose paths are not made of columns is refused; otherwise that keeps its own.
  public var isRequired: Bool = true
  private let parts: [Part]

  private enum Part: Sendable, Hashable {
    case text(String)
    case field(column: String, leftOff: Int)
  }

  /// - Throws: ``PathTemplateError`` if it names no column, or a brace or what stands between braces is not of the form.
  public init(_ text: String) throws(PathTemplateError) {
    self.text = text
    var parts: [Part] = []
    var rest = text[...]
    while let brace = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
      if brace > rest.startIndex { parts.append(.text(String(rest[..<brace]))) }
      let content = rest[rest.index(after: brace)...]
      guard rest[brace] == "{", let end = content.firstIndex(where: { $0 == "{" || $0 == "}" }), content[end] == "}"
      else {
        throw PathTemplateError(
          template: text, reason: "a brace has no counterpart; wanted: names of columns between { and }")
      }
      parts.append(try PathTemplate.field(content[..<end], in: text))
      rest = content[content.index(after: end)...]
    }
    if !rest.isEmpty { parts.append(.text(String(rest))) }
    self.parts = parts
    guard !columns.isEmpty else {
      throw PathTemplateError(
        template: text,
        reason: "it names no column, and every video would be the same file; wanted: one such as {videoid}.mp4")
    }
  }

  /// WebVid's own layout.
  static let webvid: PathTemplate = PathTemplate(
    text: "{page_dir}/{videoid}.mp4",
    parts: [.field(column: "page_dir", leftOff: 0), .text("/"), .field(column: "videoid", leftOff: 0), .text(".mp4")])

  /// MSR-VTT's own layout.
  static let msrvtt: PathTemplate = PathTemplate(
    text: "{video_id}.mp4", parts: [.field(column: "video_id", leftOff: 0), .text(".mp4")])

  private init(text: String, parts: [Part]) {
    self.text = text
    self.parts = parts
  }

  /// `videoid`, or `videoid without its last 4 digits`.
  private static func field(_ content: Substring, in template: String) throws(PathTemplateError) -> Part {
    let words = content.split(separator: " ")
    guard let separator = words.firstIndex(of: "without") else {
      guard !words.isEmpty else {
        throw PathTemplateError(template: template, reason: "no name of a column stands between its braces")
      }
      return .field(column: words.joined(separator: " "), leftOff: 0)
    }
    let tail = words[(separator + 1)...].map(String.init)
    let units: Set<String> = ["digit", "digits", "letter", "letters", "character", "characters"]
    guard separator > 0, tail.count == 4, tail[0] == "its", tail[1] == "last", let count = Int(tail[2]),
      (1...100).contains(count), units.contains(tail[3])
    else {
      throw PathTemplateError(
        template: template,
        reason: "“\(content)” is no field; wanted: {videoid}, or {videoid without its last 4 digits}")
    }
    return .field(column: words[..<separator].joined(separator: " "), leftOff: count)
  }

  /// The columns that it names, each once.
  public var columns: [String] {
    var columns: [String] = []
    for case .field(let column, _) in parts where !columns.contains(column) { columns.append(column) }
    return columns
  }

  /// The path of a row with these fields.
  ///
  /// Slashes at the beginning are those of the template only: a field that is left empty makes no absolute path.
  public func path(_ field: (_ column: String) -> String) -> String {
    let path = parts.map { part in
      switch part {
      case .text(let text): text
      case .field(let column, let leftOff): String(field(column).dropLast(leftOff))
      }
    }.joined()
    return text.hasPrefix("/") ? path : String(path.drop { $0 == "/" })
  }
}
