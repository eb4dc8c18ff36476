import SluicePipelines
import Testing

/// Which clips of a list a classifier learns from.
struct LabeledDataTests {
  // Ten clips of each of three classes in turn, and two that have no single class.
  private static let labels: [[Int]] = (0..<30).map { [$0 % 3] } + [[], [0, 1]]

  private func chosen(perClass: Int? = nil, draw: Int? = nil) -> [Int]? {
    LabeledData.indices(of: Self.labels, perClass: perClass, draw: draw)
  }

  @Test func allAreKeptUnlessToldOtherwise() {
    #expect(chosen() == nil)
  }

  @Test func theFirstOfEachClassAreKept() {
    #expect(chosen(perClass: 2) == [0, 1, 2, 3, 4, 5, 30, 31])
    #expect(chosen(perClass: 100) == Array(0..<32))
  }

  @Test func aDrawHasAsManyOfEachClassAndIsTheSameEachTime() throws {
    for draw in 1...50 {
      let places = try #require(chosen(perClass: 4, draw: draw))
      #expect((0..<3).allSatisfy { label in places.filter { $0 < 30 && $0 % 3 == label }.count == 4 })
      #expect(places == places.sorted() && Set(places).count == 14)
      #expect(chosen(perClass: 4, draw: draw) == places)
    }
  }

  @Test func everyClipIsDrawnAboutAsOften() throws {
    var counts = [Int](repeating: 0, count: 30)
    for draw in 1...1000 {
      for place in try #require(chosen(perClass: 4, draw: draw)) where place < 30 { counts[place] += 1 }
    }
    // 400 ± 15.5 each.
    #expect(counts.allSatisfy { (320...480).contains($0) }, "\(counts)")
  }
}
