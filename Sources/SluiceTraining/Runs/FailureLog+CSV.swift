internal import SluiceFlow
internal import SluicePlatform

extension FailureLog {
  /// `failures.csv`: a header and a line for each sample that failed, in the order they were met.
  var csv: String {
    let lines = samples.map { failure in
      [failure.identity, failure.stage, "\(failure.epoch)", failure.reason].map(\.csvField)
        .joined(separator: ",")
    }
    return (["sample,stage,epoch,reason"] + lines).joined(separator: "\n") + "\n"
  }
}
