import Foundation
import SluiceReport
import Testing

@Suite struct LineChartTests {
  private static func chart(_ series: [[Double]]) -> Report.Part {
    .lines(
      LineChart(
        "Loss", x: "step", y: "loss",
        series: series.enumerated().map { number, values in
          LineChart.Series(
            "curve \(number)", values.enumerated().map { LineChart.Point(x: Double($0), y: $1) })
        }))
  }

  private static let awkward: [[[Double]]] = [
    [[1, .nan, 2, .infinity, 3, -.infinity]], [[5]], [[0]], [[0, 0, 0]], [[-1e308, 1e308]],
    [[.leastNonzeroMagnitude, .leastNormalMagnitude]],
    [[1, 1 + 1e-16]], [[.nan], [1, 2]], [[], [1, 2]], [[1e300]], [[-3, -2, -1]], [[1e15, 1e15 + 1]],
  ]

  @Test(arguments: awkward) func coordinatesAreFiniteForAwkwardNumbers(series: [[Double]]) throws {
    let page = try Page(Self.chart(series))
    #expect(page.coordinates.count > 4)
    #expect(page.coordinates.allSatisfy { (0...1000).contains($0) }, "\(page.coordinates)")
    #expect(page.all(ofClass: "legend").count == 1)
    #expect(page.all("li").count == series.count)
    let ticks = page.all("span").filter { $0.attributes["style"] != nil }
    #expect((4...20).contains(ticks.count), "\(ticks.count)")
  }

  @Test(arguments: [[], [[]], [[.nan, .infinity]]] as [[[Double]]])
  func aChartWithoutValuesSaysSo(series: [[Double]]) throws {
    let page = try Page(Self.chart(series))
    #expect(page.text.contains("There are no values yet."))
    #expect(page.coordinates.isEmpty)
  }

  @Test func everySeriesIsDrawnAndNamedWithItsCourse() throws {
    let page = try Page(Self.chart([[0.806, 0.4, 0.0501], [1, 2], [7]]))
    #expect(page.curves.map { $0.isEmpty } == [false, false, true])
    #expect(page.dots.map { $0.isEmpty } == [true, true, false])
    for text in ["curve 0", "0.806 → 0.0501", "curve 1", "curve 2", "7.0"] {
      #expect(page.text.contains(text), "\(text): \(page.text)")
    }
    let description = page.all(ofClass: "plot").first?.attributes["aria-label"] ?? ""
    #expect(description.contains("loss over step") && description.contains("curve 2: 7.0"))
  }

  @Test func valuesThatAreNoNumbersLeaveGapsAndAreCounted() throws {
    let page = try Page(Self.chart([[1, 2, .nan, 3, 4]]))
    let path = try #require(page.curves.first)
    #expect(path.split(separator: "M").count == 2)
    #expect(page.text.contains("One value is not a finite number."))
  }

  @Test func aPlungeAtTheBeginningDoesNotHideWhatFollows() throws {
    let later = (0..<95).map { 0.05 - 0.0001 * Double($0) }
    let page = try Page(Self.chart([[1.5, 1.2, 0.8, 0.3, 0.1] + later]))
    let heights = page.coordinates.enumerated().filter { $0.offset % 2 == 1 }.map(\.element).suffix(80)
    let span = try #require(heights.max()) - (try #require(heights.min()))
    #expect(span > 500 && page.text.contains("beyond the chart") && page.text.contains("1.5 →"), "\(span)")
    let slow = try Page(Self.chart([(0..<100).map { 1 / Double($0 + 10) }]))
    #expect(!slow.text.contains("beyond the chart"))
  }

  @Test func longSeriesKeepTheirPeaks() throws {
    var values = (0..<100_000).map { 1 / Double($0 + 1) }
    values[77_777] = 9
    let page = try Page(Self.chart([values]))
    let path = try #require(page.curves.first)
    #expect(path.utf8.count < 30_000)
    // The axis ends at 10: 9 lies a tenth below the top.
    #expect(path.contains(" 100.0"), "\(path.prefix(200))")
  }

  @Test func pointsAreDrawnInTheOrderOfTheAxis() throws {
    let points = [(3.0, 1.0), (1.0, 0.0), (2.0, 1.0)].map { LineChart.Point(x: $0.0, y: $0.1) }
    let page = try Page(.lines(LineChart("", x: "x", y: "y", series: [.init("a", points)])))
    #expect(page.curves.first == "M0.0 1000.0L500.0 0.0L1000.0 0.0")
  }

  @Test func stepsHaveNoHalves() throws {
    #expect(try Page(Self.chart([[1, 2, 4]])).labels(from: "left") == ["0", "1", "2"])
  }

  @Test(arguments: [
    ([0.0501, 0.806], ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    ([0, 1e-3], ["0.0000", "0.0002", "0.0004", "0.0006", "0.0008", "0.0010"]),
    ([0, 8e-5], ["0", "2.0e-05", "4.0e-05", "6.0e-05", "8.0e-05"]),
    ([-3, 4], ["−4", "−2", "0", "2", "4"]),
    ([0, 4e9], ["0", "1.0e+09", "2.0e+09", "3.0e+09", "4.0e+09"]),
  ])
  func ticksAreRoundNumbers(values: [Double], labels: [String]) throws {
    #expect(Set(try Page(Self.chart([values])).labels(from: "top")) == Set(labels))
  }
}
