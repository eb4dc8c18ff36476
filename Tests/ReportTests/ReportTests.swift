import SluiceFlow
import SluiceReport
import Testing

@Suite struct ReportTests {
  @Test func aPageWithEverythingIsWellFormedAndHoldsEverything() throws {
    let page = try Page(Samples.everything.html)
    for text in [
      "A title", "A summary.", "Loss", "pre-trained", "from scratch", "clockwise", "cubeMask", "sluice demo",
    ] {
      #expect(page.text.contains(text), "\(text)")
    }
    #expect(page.all("section").count == Samples.everything.sections.count)
    #expect(page.all("h2").count == Samples.everything.sections.count)
    #expect(page.all("table").count == page.all("caption").count)
    #expect(page.all("img").allSatisfy { !($0.attributes["alt"] ?? "").isEmpty })
    #expect(page.all("th").allSatisfy { $0.attributes["scope"] != nil })
    let anchors = Set(page.all("section").compactMap { $0.attributes["id"] })
    #expect(Set(page.all("a").compactMap { $0.attributes["href"]?.dropFirst() }.map(String.init)) == anchors)
  }

  @Test func nothingIsFetchedAndNothingIsRun() throws {
    let page = try Page(Samples.everything.html)
    #expect(page.all("script").isEmpty)
    let sources = page.elements.compactMap { $0.attributes["src"] ?? $0.attributes["href"] }
    #expect(sources.allSatisfy { $0.hasPrefix("data:") || $0.hasPrefix("#") }, "\(sources.map { $0.prefix(40) })")
    #expect(!Samples.everything.html.contains("url("))
    #expect(page.all("meta").contains { ($0.attributes["content"] ?? "").hasPrefix("default-src 'none'") })
  }

  // A quote with a combining mark is one character to Swift and an end of the attribute to a browser.
  @Test(arguments: [
    "<script>alert(1)</script>", "\" onload=\"alert(1)", "' onload='x", "\"\u{301} onerror=alert(1) x=\"",
    "<\u{301}b>", "&amp;&lt;&#60;", "{{title}} {{{style}}}", "a\u{0}b\u{1B}[2J\u{7F}\u{FFFE}", "]]></style><b>",
  ])
  func hostileTextsStayTexts(hostile: String) throws {
    let plain = try Page(Samples.page(naming: "plain").html)
    let page = try Page(Samples.page(naming: hostile).html)
    #expect(page.elements.map(\.name) == plain.elements.map(\.name))
    #expect(page.elements.map { $0.attributes.keys.sorted() } == plain.elements.map { $0.attributes.keys.sorted() })
    let shown = String(
      String.UnicodeScalarView(
        hostile.unicodeScalars.map {
          ($0.value < 0x20 || $0.value == 0x7F || $0.value == 0xFFFE) ? "\u{FFFD}" : $0
        }))
    #expect(page.text.contains(shown), "\(page.text)")
  }

  @Test func aReportOfNothingIsAPage() throws {
    let page = try Page(Report("", summary: "").html)
    #expect(page.all("section").isEmpty && page.all("nav").isEmpty)
  }

  @Test func accuraciesStandBesideChance() throws {
    let page = try Page(
      .accuracies(
        AccuracyTable(
          "Top 1.", chance: 0.125,
          rows: [
            .init("pre-trained", mean: 0.7, spread: 0.05, count: 3), .init("from scratch", mean: 0.6),
            .init("broken", mean: .nan, spread: .infinity),
          ])))
    #expect(page.text.contains("70.0 %") && page.text.contains("± 5.0") && page.text.contains("12.5 %"))
    #expect(page.all(ofClass: "fill").map { $0.attributes["style"] } == ["width:70.0%", "width:60.0%", "width:0.0%"])
    #expect(page.all(ofClass: "whisker").map { $0.attributes["style"] }.first == "left:65.0%;width:10.0%")
    #expect(page.all(ofClass: "chance").count == 3)
    let unknown = try Page(.accuracies(AccuracyTable("", chance: nil, rows: [.init("a", mean: 0.5)])))
    #expect(unknown.all(ofClass: "chance").isEmpty && !unknown.text.contains("chance"))
    #expect(!unknown.text.contains("spread"))
  }

  @Test func confusionsAreCountedAndTintedByTheirShareOfTheClass() throws {
    let page = try Page(.confusion(ConfusionMatrix("", classes: ["a", "b"], counts: [6, 2, 0, 0])))
    let cells = page.all("td").filter { $0.attributes["style"] != nil }
    #expect(cells.map { $0.attributes["class"] } == ["right", "wrong", "wrong", "right"])
    #expect(
      cells.map { $0.attributes["style"] } == ["--strength:9", "--strength:3", "--strength:0", "--strength:0"])
  }

  @Test func stagesHaveTheirSharesAndTheBottleneckIsNamed() throws {
    let page = try Page(.stages(Samples.metrics, Samples.pipeline.graph))
    #expect(page.text.contains("decode is the bottleneck"), "\(page.text)")
    #expect(page.text.contains("90 %") && page.text.contains("2/4"))
  }
}
