internal import SluicePlatform

/// Progress of a long command on standard error: a bar that redraws itself on a terminal, plain lines otherwise.
struct ProgressLine {
  private let title: String
  private let total: Int?
  private let isTerminal: Bool
  private let clock = ContinuousClock()
  private let began: ContinuousClock.Instant
  private let doneBefore: Int
  private var lastShown: ContinuousClock.Instant?

  /// - Parameters:
  ///   - title: what is under way.
  ///   - total: how many units there will be, `nil` if nobody knows.
  ///   - done: units that were done before this run; they do not count for the rate.
  init(_ title: String, total: Int?, done: Int = 0, isTerminal: Bool = Console.isTerminal) {
    self.title = title
    self.total = total
    self.isTerminal = isTerminal
    began = clock.now
    doneBefore = done
  }

  /// Shows `done` of the total, at most ten times a second on a terminal and once in ten seconds otherwise.
  mutating func update(done: Int, unit: String, details: String = "") {
    let now = clock.now
    let interval: Duration = isTerminal ? .milliseconds(100) : .seconds(10)
    let isLast = done == total
    if let lastShown, now - lastShown < interval, !isLast { return }
    lastShown = now
    let line = ProgressLine.text(
      title: title, done: done, total: total, unit: unit, details: details, elapsed: (now - began).seconds,
      rate: rate(done: done, at: now))
    if isTerminal {
      Console.rewrite("\r\u{1B}[2K" + String(line.prefix(Console.columns - 1)))
    } else {
      Console.note(line)
    }
  }

  /// Ends the line, so that what follows begins on a fresh one.
  func finish() {
    if isTerminal && lastShown != nil { Console.rewrite("\n") }
  }

  private func rate(done: Int, at now: ContinuousClock.Instant) -> Double {
    let seconds = (now - began).seconds
    return seconds > 0 ? Double(done - doneBefore) / seconds : 0
  }

  /// One line: title, bar, share, rate, time left, details.
  static func text(
    title: String, done: Int, total: Int?, unit: String, details: String, elapsed: Double, rate: Double
  ) -> String {
    var parts = [title]
    if let total, total > 0 {
      let width = 20
      let filled = min(width, Int(Double(max(done, 0)) / Double(total) * Double(width)))
      parts.append("[" + String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled) + "]")
      parts.append("\(done)/\(total)")
    } else {
      parts.append("\(done)")
    }
    parts.append("\(rate.threeDigits) \(unit)/s")
    if let total, rate > 0, done < total {
      parts.append("ETA \(clockTime(Double(total - done) / rate))")
    } else {
      parts.append("took \(clockTime(elapsed))")
    }
    if !details.isEmpty { parts.append(details) }
    return parts.joined(separator: "  ")
  }

  /// `1:02:03`, or `2:03` under an hour.
  static func clockTime(_ seconds: Double) -> String {
    // A thousand years stand for whatever is longer.
    let whole = Int(min(max(seconds, 0), 3.2e10).rounded())
    let minutes = whole / 60
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return minutes < 60
      ? "\(minutes):\(two(whole % 60))" : "\(minutes / 60):\(two(minutes % 60)):\(two(whole % 60))"
  }
}
