import Foundation
import FoundationXML
import SluiceReport
import Testing

/// A page read back as XML: it must be well-formed.
final class Page: NSObject, XMLParserDelegate {
  struct Element {
    let name: String
    let attributes: [String: String]
  }

  private(set) var elements: [Element] = []
  private(set) var text = ""
  private var styleDepth = 0

  init(_ html: String) throws {
    super.init()
    let parser = XMLParser(data: Data(html.utf8))
    parser.delegate = self
    try #require(
      parser.parse(), "line \(parser.lineNumber): \(parser.parserError.map { "\($0)" } ?? "not well-formed")")
  }

  convenience init(_ parts: Report.Part...) throws {
    try self.init(Report("A title", summary: "A summary.", sections: [.init("A section", parts)]).html)
  }

  /// The elements with this name.
  func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

  /// The elements that have this class among theirs.
  func all(ofClass name: String) -> [Element] {
    elements.filter { ($0.attributes["class"] ?? "").split(separator: " ").contains(Substring(name)) }
  }

  /// The lines of the curves, in order, and the dots of values that stand alone.
  var curves: [String] { paths { !$0.contains("dot") } }
  var dots: [String] { paths { $0.contains("dot") } }

  private func paths(_ isWanted: ([Substring]) -> Bool) -> [String] {
    all("path").filter { element in
      element.attributes["class"].map { isWanted($0.split(separator: " ")) } ?? false
    }
    .compactMap { $0.attributes["d"] }
  }

  /// Every number in the coordinates of drawings.
  var coordinates: [Double] {
    let geometry = ["d", "x1", "x2", "y1", "y2"]
    let texts = elements.flatMap { element in geometry.compactMap { element.attributes[$0] } }
    return texts.flatMap { $0.split { "ML% ".contains($0) } }.map { Double($0) ?? .nan }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    elements.append(Element(name: name, attributes: attributes))
    if name == "style" { styleDepth += 1 }
  }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
    if name == "style" { styleDepth -= 1 }
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    if styleDepth == 0 { text += string }
  }
}
