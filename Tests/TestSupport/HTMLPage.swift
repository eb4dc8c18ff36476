public import Foundation
public import FoundationXML
import Testing

/// A page read back as XML: it must be well-formed.
public final class HTMLPage: NSObject, XMLParserDelegate {
  /// One element, in the order of the page.
  public struct Element {
    public let name: String
    public let attributes: [String: String]
    /// What stands in it and in the elements inside.
    public var text = ""
  }

  /// All elements in the order in which they begin.
  public private(set) var elements: [Element] = []
  /// What a reader sees: all text but the style sheet.
  public private(set) var text = ""
  private var open: [Int] = []

  /// - Throws: a failed requirement with the line, if the page is not well-formed.
  public init(_ html: String) throws {
    super.init()
    let parser = XMLParser(data: Data(html.utf8))
    parser.delegate = self
    try #require(
      parser.parse(), "line \(parser.lineNumber): \(parser.parserError.map { "\($0)" } ?? "not well-formed")")
  }

  /// Reads the page at `path`.
  public convenience init(contentsOf path: String) throws {
    try self.init(String(contentsOfFile: path, encoding: .utf8))
  }

  /// The elements with this name.
  public func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

  /// The elements that have this class among theirs.
  public func all(ofClass name: String) -> [Element] {
    elements.filter { ($0.attributes["class"] ?? "").split(separator: " ").contains(Substring(name)) }
  }

  /// The rows of all tables, cell by cell.
  public var rows: [[String]] {
    var rows: [[String]] = []
    for element in elements {
      switch element.name {
      case "tr": rows.append([])
      case "td", "th": if !rows.isEmpty { rows[rows.count - 1].append(element.text) }
      default: break
      }
    }
    return rows
  }

  public func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    open.append(elements.count)
    elements.append(Element(name: name, attributes: attributes))
  }

  public func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    open.removeLast()
  }

  public func parser(_ parser: XMLParser, foundCharacters string: String) {
    for index in open { elements[index].text += string }
    if !open.contains(where: { elements[$0].name == "style" }) { text += string }
  }
}
