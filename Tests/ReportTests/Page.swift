import SluiceReport
import TestSupport

typealias Page = HTMLPage

extension HTMLPage {
  convenience init(_ parts: Report.Part...) throws {
    try self.init(Report("A title", summary: "A summary.", sections: [.init("A section", parts)]).html)
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

  /// The labels of an axis: texts that stand so far from the `left` or the `top`.
  func labels(from side: String) -> [String] {
    all("span").filter { $0.attributes["style"]?.hasPrefix("\(side):") == true }.map(\.text)
  }
}
