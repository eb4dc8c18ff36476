extension OperationProfile: CustomStringConvertible {
  /// A table: operation, calls, milliseconds, share, and GFLOP/s or GB/s where they are known.
  public var description: String {
    let rows = rows
    let total = rows.reduce(0) { $0 + $1.milliseconds }
    let cells = rows.map { row in
      let speed =
        row.operationCount > 0
        ? "\(rounded(row.gigaflops)) GFLOP/s" : row.byteCount > 0 ? "\(rounded(row.gigabytes)) GB/s" : ""
      return [
        row.operation + (row.isBackward ? " (gradient)" : ""), "\(row.callCount)", rounded(row.milliseconds),
        rounded(100 * row.milliseconds / max(total, .leastNormalMagnitude)) + " %", speed,
      ]
    }
    let table = [["operation", "calls", "ms", "share", ""]] + cells
    let widths = (0..<5).map { column in table.map { $0[column].count }.max() ?? 0 }
    return table.map { row in
      row.enumerated().map { column, text in
        let room = String(repeating: " ", count: widths[column] - text.count)
        return column == 0 ? text + room : room + text
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  private func rounded(_ number: Double) -> String { "\((number * 10).rounded() / 10)" }
}
