internal import SluiceFlow

/// A pipeline's graph as nested boxes, and as text.
struct GraphFigure {
  private let graph: GraphDescription

  init(_ graph: GraphDescription) {
    self.graph = graph
  }

  var html: String {
    let chains = graph.blocks(in: nil).map { GraphFigure.chain($0) }
    return GraphFigure.template.html(
      Drawing(name: graph.name, memory: graph.memorySentence, text: graph.text, chains: chains))
  }

  private static func chain(_ blocks: [GraphBlock]) -> String {
    chainTemplate.html(["blocks": blocks.map { html(of: $0) }])
  }

  private static func html(of block: GraphBlock) -> String {
    switch block {
    case .node(let node): nodeTemplate.html(Box(node, chains: []))
    case .group(let node, let branches): nodeTemplate.html(Box(node, chains: branches.map { chain($0) }))
    case .beside(let streams): besideTemplate.html(["chains": streams.map { chain($0) }])
    }
  }

  private struct Drawing {
    let name: String
    let memory: String
    let text: String
    let chains: [String]
  }

  private struct Box {
    let name: String
    let kind: String
    let types: String
    let details: String
    let isGroup: Bool
    let chains: [String]

    init(_ node: GraphDescription.Node, chains: [String]) {
      name = node.name
      kind = node.kind.rawValue
      types = node.typeLabel
      details = node.details
      isGroup = !chains.isEmpty
      self.chains = chains
    }
  }

  private static let template = Template(
    """
    <figure class="graph">
    <figcaption>The graph of {{name}}, from the data down</figcaption>
    <p class="note">{{memory}}</p>
    <div class="scroll" tabindex="0"><div class="beside">
    {{#chains}}
    {{{.}}}
    {{/chains}}
    </div></div>
    <details><summary>The graph as text</summary><pre>{{text}}</pre></details>
    </figure>

    """)

  private static let chainTemplate = Template("<ol class=\"chain\">{{#blocks}}<li>{{{.}}}</li>{{/blocks}}</ol>\n")

  private static let besideTemplate = Template("<div class=\"beside\">{{#chains}}{{{.}}}{{/chains}}</div>\n")

  private static let nodeTemplate = Template(
    """
    <div class="node {{kind}}"><div class="label"><b>{{name}}</b> <span class="types">{{types}}</span> <span class="details">{{details}}</span></div>{{#isGroup}}<div class="beside">{{#chains}}{{{.}}}{{/chains}}</div>{{/isGroup}}</div>

    """)
}
