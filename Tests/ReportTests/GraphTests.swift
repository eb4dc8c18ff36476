import SluiceFlow
import SluiceReport
import Testing

@Suite struct GraphTests {
  @Test func everyNodeIsABoxInsideItsStepOrFork() throws {
    let graph = Samples.pipeline.graph
    let page = try Page(.graph(graph))
    #expect(page.all(ofClass: "node").count == graph.nodes.count)
    for node in graph.nodes { #expect(page.text.contains(node.name), "\(node.name)") }
    #expect(page.text.contains(graph.memorySentence))
    // The fork's two branches, the step's chain and the pipeline's own.
    #expect(page.all(ofClass: "chain").count == 4)
  }

  @Test func streamsThatAreZippedStandSideBySide() throws {
    let numbers = Segment { Numbers() }
    let words = Segment {
      Numbers()
      Twice()
    }
    let pipeline = Pipeline("zipped") {
      Zip(numbers, words)
        .batch(2)
    }
    let page = try Page(.graph(pipeline.graph))
    #expect(page.all(ofClass: "node").count == pipeline.graph.nodes.count)
    #expect(page.all(ofClass: "chain").count == 3)
  }

  @Test func aGraphOfNothingIsDrawn() throws {
    let page = try Page(.graph(GraphDescription(name: "empty", nodes: [], edges: [])))
    #expect(page.all(ofClass: "node").isEmpty)
  }
}
