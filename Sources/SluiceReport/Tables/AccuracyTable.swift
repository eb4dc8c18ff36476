internal import SluicePlatform

/// Accuracies of several runs, as a table with bars; chance is drawn through them.
public struct AccuracyTable: Sendable {
  public var caption: String
  /// What guessing reaches, 0…1; `nil` where it is not known.
  public var chance: Double?
  public var rows: [Row]

  public init(_ caption: String, chance: Double?, rows: [Row]) {
    self.caption = caption
    self.chance = chance
    self.rows = rows
  }

  /// One kind of run.
  public struct Row: Sendable {
    public var name: String
    /// 0…1.
    public var mean: Double
    /// The standard deviation or half the range, as the caption says, 0…1; `nil` for a single run.
    public var spread: Double?
    /// How many runs, or seeds.
    public var count: Int

    public init(_ name: String, mean: Double, spread: Double? = nil, count: Int = 1) {
      self.name = name
      self.mean = mean
      self.spread = spread
      self.count = count
    }
  }
}

extension AccuracyTable {
  var html: String {
    let isOfSeveral = rows.contains { $0.count > 1 || $0.spread != nil }
    return AccuracyTable.template.html(
      Drawing(
        caption: caption, chance: chance?.percentOfWidth,
        note: chance.map { "The dashed line is chance, \($0.percentText)." },
        value: isOfSeveral ? "mean" : "accuracy", isOfSeveral: isOfSeveral, rows: rows.map(Bar.init)))
  }

  private struct Drawing {
    let caption: String
    let chance: String?
    let note: String?
    /// What the column of numbers is called.
    let value: String
    /// Whether any row sums up several runs.
    let isOfSeveral: Bool
    let rows: [Bar]
  }

  private struct Bar {
    let name: String
    let mean: String
    let spread: String
    let count: Int
    let width: String
    /// The range of the spread, none without one.
    let whiskers: [Whisker]

    init(_ row: Row) {
      name = row.name
      mean = row.mean.percentText
      spread = row.spread.map { "± \(($0 * 100).text(decimals: 1))" } ?? ""
      count = row.count
      width = row.mean.percentOfWidth
      let ends = row.spread.flatMap { $0 > 0 ? $0 : nil }.map { (max(0, row.mean - $0), min(1, row.mean + $0)) }
      whiskers = ends.map { [Whisker(left: $0.0.percentOfWidth, width: ($0.1 - $0.0).percentOfWidth)] } ?? []
    }
  }

  private struct Whisker {
    let left: String
    let width: String
  }

  private static let template = Template(
    """
    <div class="scroll" tabindex="0">
    <table class="accuracies">
    <caption><span>{{caption}} {{note}}</span></caption>
    <thead><tr><th scope="col">run; bars from 0 to 100 %</th><th scope="col" class="number">{{value}}</th>{{#isOfSeveral}}<th scope="col" class="number">spread</th><th scope="col" class="number">runs</th>{{/isOfSeveral}}</tr></thead>
    <tbody>
    {{#rows}}
    <tr><th scope="row">{{name}}<div class="bar" aria-hidden="true"><span class="fill" style="width:{{width}}"></span>{{#whiskers}}<span class="whisker" style="left:{{left}};width:{{width}}"></span>{{/whiskers}}{{#chance}}<span class="chance" style="left:{{.}}"></span>{{/chance}}</div></th><td class="number">{{mean}}</td>{{#isOfSeveral}}<td class="number">{{spread}}</td><td class="number">{{count}}</td>{{/isOfSeveral}}</tr>
    {{/rows}}
    </tbody>
    </table>
    </div>

    """)
}
