internal import SluicePlatform
internal import SluiceTensor

extension OperationProfile {
  /// One line an operation, the longest first.
  var table: String {
    var table = TextTable(["operation", "calls", "ms", "share", "GFLOP/s", "GB/s"])
    let total = rows.reduce(0) { $0 + $1.milliseconds }
    for row in rows {
      table.add([
        row.operation + (row.isBackward ? " (gradient)" : ""), "\(row.callCount)",
        ProgressLine.formatted(row.milliseconds),
        "\(Int((100 * row.milliseconds / max(total, 1e-9)).rounded()))%",
        row.operationCount > 0 ? ProgressLine.formatted(row.gigaflops) : "–",
        row.byteCount > 0 ? ProgressLine.formatted(row.gigabytes) : "–",
      ])
    }
    return table.text
  }
}
