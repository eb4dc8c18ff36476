internal import SluicePlatform

extension LineChart {
  var html: String {
    let finite = series.flatMap { $0.points.filter(\.isFinite) }
    guard !finite.isEmpty else { return LineChart.emptyTemplate.html(["caption": caption]) }
    let x = AxisScale(showing: finite.lazy.map(\.x), reachesTicks: false)
    let y = AxisScale(showing: shownValues, reachesTicks: true)
    let isCut = finite.contains { $0.y > y.upper || $0.y < y.lower }
    let curves = series.enumerated().map { Curve($1, number: $0, x: x, y: y) }
    let gaps = series.reduce(0) { $0 + $1.points.count } - finite.count
    return LineChart.template.html(
      Drawing(
        caption: caption, xLabel: xLabel, yLabel: yLabel, curves: curves,
        alternative: "\(yLabel) over \(xLabel). "
          + zip(series, curves).map { "\($0.name): \($1.course)." }.joined(separator: " "),
        gutter: y.ticks.map { y.label(of: $0).count }.max() ?? 1,
        xTicks: x.ticks.map { Tick($0, on: x) },
        yTicks: y.ticks.map { Tick($0, on: y) },
        cut: isCut ? "The first values are beyond the chart, so that the later ones can be distinguished." : nil,
        gaps: gaps == 0
          ? nil : gaps == 1 ? "One value is not a finite number." : "\(gaps) values are not finite numbers."))
  }

  private struct Drawing {
    let caption: String
    let xLabel: String
    let yLabel: String
    let curves: [Curve]
    let alternative: String
    let gutter: Int
    let xTicks: [Tick]
    let yTicks: [Tick]
    let cut: String?
    let gaps: String?
  }

  private struct Tick {
    let label: String
    /// From the left, or from the top.
    let x: String
    let y: String

    init(_ value: Double, on scale: AxisScale) {
      label = scale.label(of: value)
      x = (scale.position(of: value) * 100).plainText
      y = ((1 - scale.position(of: value)) * 100).plainText
    }
  }

  private struct Curve {
    let name: String
    /// First and last value.
    let course: String
    let style: String
    /// The lines, and the values that stand alone.
    let path: String
    let dots: String

    init(_ series: Series, number: Int, x: AxisScale, y: AxisScale) {
      name = series.name
      let points = series.thinned(to: 1200)
      let finite = points.filter(\.isFinite)
      course =
        switch finite.count {
        case 0: "no value"
        case 1: finite[0].y.threeDigits
        default: "\(finite[0].y.threeDigits) → \(finite[finite.count - 1].y.threeDigits)"
        }
      style = "curve-\(number % 6) dash-\(number / 6 % 3)"
      let runs = Series.runs(of: points).map { run in
        run.map { "\((x.position(of: $0.x) * 1000).plainText) \(((1 - y.position(of: $0.y)) * 1000).plainText)" }
      }
      path = runs.filter { $0.count > 1 }.map { "M" + $0.joined(separator: "L") }.joined()
      // A line of no length with round ends is a dot.
      dots = runs.filter { $0.count == 1 }.map { "M\($0[0])L\($0[0])" }.joined()
    }
  }

  private static let emptyTemplate = Template(
    """
    <figure class="chart"><figcaption>{{caption}}</figcaption><p class="note">There are no values yet.</p></figure>

    """)

  // The curves are stretched to the page's width, the texts beside them are not: they stay readable on a telephone.
  private static let template = Template(
    """
    <figure class="chart">
    <figcaption>{{caption}}</figcaption>
    <ul class="legend">
    {{#curves}}
    <li class="{{style}}"><svg viewBox="0 0 24 8" width="24" height="8" aria-hidden="true"><path d="M1 4L23 4"/></svg> <span>{{name}}</span> <span class="course">{{course}}</span></li>
    {{/curves}}
    </ul>
    <div class="plot" style="--gutter:{{gutter}}" role="img" aria-label="{{alternative}}">
    <div class="axis-name y">{{yLabel}}</div>
    <div class="ticks y">
    {{#yTicks}}
    <span style="top:{{y}}%">{{label}}</span>
    {{/yTicks}}
    </div>
    <svg viewBox="0 0 1000 1000" preserveAspectRatio="none" aria-hidden="true">
    {{#yTicks}}
    <line class="grid" x1="0%" x2="100%" y1="{{y}}%" y2="{{y}}%"/>
    {{/yTicks}}
    {{#xTicks}}
    <line class="grid" x1="{{x}}%" x2="{{x}}%" y1="0%" y2="100%"/>
    {{/xTicks}}
    {{#curves}}
    <path class="{{style}}" d="{{path}}"/><path class="{{style}} dot" d="{{dots}}"/>
    {{/curves}}
    </svg>
    <div class="ticks x">
    {{#xTicks}}
    <span style="left:{{x}}%">{{label}}</span>
    {{/xTicks}}
    </div>
    <div class="axis-name x">{{xLabel}}</div>
    </div>
    {{#cut}}
    <p class="note">{{.}}</p>
    {{/cut}}
    {{#gaps}}
    <p class="note">{{.}} The gaps in the curves are theirs.</p>
    {{/gaps}}
    </figure>

    """)
}
