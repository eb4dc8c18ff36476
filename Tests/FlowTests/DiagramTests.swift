import Foundation
import SluiceFlow
import Testing

/// The graph in the languages of other programs, read back.
@Suite struct DiagramTests {
  private static let training = Pipeline("training") {
    Numbers(count: 4).shuffled()
    Add().workers(3).buffer(4).batch(2)
    Step { Total().named("forward") }
  }

  private static let forked = Pipeline("forked") {
    Numbers(count: 4)
    Fork {
      Double2()
      Add().workers(2)
    } join: {
      $0 + $1 + $2
    }
  }

  /// Names that mean something in one of the languages.
  private static let awkward = Pipeline("say \"hi\" \\") {
    Numbers(count: 4).named("say \"hi\"")
    Add().named("end")
    Add().named("back\\slash \\n")
    Add().named("two\nlines")
    Add().named("<b>&amp; #35; [x]|{y}")
    Add().named("a;b -> c")
    Fork {
      Add().named("node")
    } join: {
      $0 + $1
    }
  }

  static let graphs = [training.graph, forked.graph, awkward.graph]

  @Test(arguments: graphs) func jsonIsTheGraphItself(graph: GraphDescription) throws {
    let data = Data(graph.json.utf8)
    #expect(try JSONDecoder().decode(GraphDescription.self, from: data) == graph)
    let sums = try JSONDecoder().decode(Sums.self, from: data)
    #expect(sums.knownBytes == graph.knownBytes && sums.unknownNodes == graph.unknownNodes)
  }

  private struct Sums: Decodable {
    let knownBytes: Int
    let unknownNodes: [String]
  }

  @Test(arguments: graphs) func dotHoldsEveryNodeFrameAndChannel(graph: GraphDescription) throws {
    #expect(try Diagram(dot: graph.dot) == wanted(graph))
  }

  @Test(arguments: graphs) func mermaidHoldsEveryNodeFrameAndChannel(graph: GraphDescription) throws {
    #expect(try Diagram(mermaid: graph.mermaid) == wanted(graph))
  }

  @Test func theReadersRefuseWhatViewersWould() {
    for text in [
      "digraph a { \"b\" [label=\"c\"] }", "digraph a { b -> c [label=\"d\"]; }", "digraph { }",
      "digraph a { \"b [label=\"c\"]; }", "digraph a { \"b\" [label=\"c\"]; } }",
    ] {
      #expect(throws: DiagramError.self, "\(text)") { try Diagram(dot: text) }
    }
    for line in ["  end[\"a\"]", "  n0[\"a\"b\"]", "  n0 --> n1", "  subgraph g0[\"a\"]", "  end"] {
      #expect(throws: DiagramError.self, "\(line)") { try Diagram(mermaid: "flowchart TD\n\(line)\n") }
    }
  }

  /// What a drawing of the graph shows; a step or fork is a frame with its own box inside.
  private func wanted(_ graph: GraphDescription) throws -> Diagram {
    var diagram = Diagram()
    for node in graph.nodes {
      let text = [node.name] + (node.details.isEmpty ? [] : [node.details])
      let isFrame = graph.nodes.contains { $0.parent == node.name }
      let first = text[0].split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      diagram.boxes[first[0]] = Diagram.Box(
        lines: first + text.dropFirst(), frame: isFrame ? node.name : node.parent)
    }
    diagram.arrows = try graph.edges.map { edge in
      let from = try #require(graph.nodes.first { $0.name == edge.from })
      func firstLine(_ name: String) -> String { String(name.prefix { $0 != "\n" }) }
      return Diagram.Arrow(
        from: firstLine(edge.from), to: firstLine(edge.to), text: "\(from.output) × \(edge.capacity)")
    }
    return diagram
  }
}

private struct Total: Stage {
  func callAsFunction(_ input: [Int], context: ElementContext) -> Int { input.reduce(0, +) }
}
