/// Curves over a common axis, for example losses over steps.
///
/// Values that are not finite leave gaps; long series are thinned out to what a screen can show, keeping the highest
/// and the lowest value of each stretch.
public struct LineChart: Sendable {
  /// What the chart shows.
  public var caption: String
  /// What the horizontal axis counts.
  public var xLabel: String
  /// What the vertical axis measures.
  public var yLabel: String
  public var series: [Series]

  public init(_ caption: String, x xLabel: String, y yLabel: String, series: [Series]) {
    self.caption = caption
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.series = series
  }

  /// One curve.
  public struct Series: Sendable {
    public var name: String
    public var points: [Point]

    public init(_ name: String, _ points: [Point]) {
      self.name = name
      self.points = points
    }
  }

  /// A point of a curve.
  public struct Point: Sendable, Equatable {
    public var x: Double
    public var y: Double

    public init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }

    var isFinite: Bool { x.isFinite && y.isFinite }
  }
}

extension LineChart {
  /// The values that the vertical axis shows: all, or those behind the first tenth of each curve if the beginnings are
  /// so far away that nobody could see what happens later.
  var shownValues: [Double] {
    let curves = series.map { $0.points.filter(\.isFinite).map(\.y) }
    let all = curves.flatMap(\.self)
    let later = curves.flatMap { $0.count < 30 ? $0 : Array($0.dropFirst($0.count / 10)) }
    guard let low = later.min(), let high = later.max(), let top = all.max(), let bottom = all.min() else { return all }
    return top - bottom > 8 * (high - low) && high > low ? later : all
  }
}

extension LineChart.Series {
  /// The points in the order of `x`, at most about `limit` of them: the lowest and the highest of each stretch.
  func thinned(to limit: Int) -> [LineChart.Point] {
    let ordered = points.filter { $0.x.isFinite }.enumerated().sorted {
      ($0.element.x, $0.offset) < ($1.element.x, $1.offset)
    }
    .map(\.element)
    guard ordered.count > limit else { return ordered }
    let stretch = (2 * ordered.count + limit - 1) / limit
    return stride(from: 0, to: ordered.count, by: stretch).flatMap { begin -> [LineChart.Point] in
      let range = begin..<min(begin + stretch, ordered.count)
      let finite = range.filter { ordered[$0].isFinite }
      guard let low = finite.min(by: { ordered[$0].y < ordered[$1].y }),
        let high = finite.max(by: { ordered[$0].y < ordered[$1].y })
      else { return [ordered[begin]] }
      return Set([low, high]).sorted().map { ordered[$0] }
    }
  }

  /// The stretches between values that are not finite.
  static func runs(of points: [LineChart.Point]) -> [[LineChart.Point]] {
    points.split { !$0.isFinite }.map(Array.init)
  }
}
