internal import SluicePlatform

extension OperationProfile: CustomStringConvertible {
  /// A table, one line an operation, the longest first: calls, milliseconds, share, and speed where it is known.
  public var description: String {
    var table = TextTable(["operation", "calls", "ms", "share", "GFLOP/s", "GB/s"])
    let rows = rows
    let total = rows.reduce(0) { $0 + $1.milliseconds }
    for row in rows {
      table.add([
        row.operation + (row.isBackward ? " (gradient)" : ""), "\(row.callCount)", row.milliseconds.threeDigits,
        (row.milliseconds / max(total, 1e-9)).wholePercentText,
        row.operationCount > 0 ? row.gigaflops.threeDigits : "–", row.byteCount > 0 ? row.gigabytes.threeDigits : "–",
      ])
    }
    return table.text
  }
}
