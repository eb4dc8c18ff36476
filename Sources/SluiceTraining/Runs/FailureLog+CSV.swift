internal import SluiceFlow

extension FailureLog {
  /// `failures.csv`: a header and a line for each sample that failed, in the order they were met.
  var csv: String {
    let lines = samples.map { failure in
      [failure.identity, failure.stage, "\(failure.epoch)", failure.reason].map(FailureLog.quoted)
        .joined(separator: ",")
    }
    return (["sample,stage,epoch,reason"] + lines).joined(separator: "\n") + "\n"
  }

  private static func quoted(_ field: String) -> String {
    guard field.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return field }
    return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}
