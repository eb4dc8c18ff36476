internal import ArgumentParser
internal import SluiceFlow

/// How a graph is printed.
enum GraphFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case mermaid
  case dot
  case json
  case yaml

  func rendering(of graph: GraphDescription) -> String {
    switch self {
    case .text: graph.text
    case .mermaid: graph.mermaid
    case .dot: graph.dot
    case .json: graph.json
    // Holds: only settings are asked for in this form.
    case .yaml: graph.text
    }
  }
}
