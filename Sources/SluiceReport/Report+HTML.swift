internal import SluiceFlow

extension Report {
  /// The page: one file that needs nothing else, well-formed as HTML and as XML.
  public var html: String {
    let sections = sections.enumerated().map { index, section in
      PageSection(anchor: "section-\(index + 1)", heading: section.title, body: section.parts.map(\.html).joined())
    }
    return Report.template.html(
      Page(
        title: title, summary: summary, style: Report.style, hasContents: sections.count > 2,
        sections: sections))
  }

  private struct Page {
    let title: String
    let summary: String
    let style: String
    let hasContents: Bool
    let sections: [PageSection]
  }

  private struct PageSection {
    let anchor: String
    let heading: String
    let body: String
  }

  // The policy keeps the promise that nothing is fetched and nothing is run, whatever the texts hold.
  private static let template = Template(
    """
    <!DOCTYPE html>
    <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
    <head>
    <meta charset="utf-8"/>
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <meta name="color-scheme" content="light dark"/>
    <link rel="icon" href="data:,"/>
    <title>{{title}}</title>
    <style>
    {{{style}}}
    </style>
    </head>
    <body>
    <header>
    <h1>{{title}}</h1>
    <p class="summary">{{summary}}</p>
    </header>
    {{#hasContents}}
    <nav aria-label="Contents"><ol>
    {{#sections}}
    <li><a href="#{{anchor}}">{{heading}}</a></li>
    {{/sections}}
    </ol></nav>
    {{/hasContents}}
    <main>
    {{#sections}}
    <section id="{{anchor}}">
    <h2>{{heading}}</h2>
    {{{body}}}
    </section>
    {{/sections}}
    </main>
    </body>
    </html>

    """)
}

extension Report.Part {
  var html: String {
    switch self {
    case .text(let text): Report.Part.paragraph.html(["text": text])
    case .lines(let chart): chart.html
    case .accuracies(let table): table.html
    case .classes(let table): table.html
    case .confusion(let matrix): matrix.html
    case .stages(let metrics, let graph): StageTable(metrics, graph).html
    case .graph(let graph): GraphFigure(graph).html
    case .images(let rows): rows.html
    case .table(let table): table.html
    case .commands(let commands): Report.Part.commandList.html(["commands": commands])
    }
  }

  private static let paragraph = Template("<p>{{text}}</p>\n")

  private static let commandList = Template(
    """
    {{#commands}}
    <figure class="command">
    <figcaption>{{purpose}}</figcaption>
    <pre><code>{{text}}</code></pre>
    </figure>
    {{/commands}}

    """)
}
