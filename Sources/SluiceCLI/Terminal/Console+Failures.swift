internal import SluiceFlow
internal import SluicePlatform

extension Console {
  /// Names every sample that failed, where no file does.
  static func note(_ failures: FailureLog) {
    for failure in failures.samples { note("failed: \(failure)") }
  }
}
