/// Measures one operation while a profile is installed; `nil`, and next to free, otherwise.
struct OperationTimer {
  @TaskLocal static var profile: OperationProfile?

  private let profile: OperationProfile
  private let start: ContinuousClock.Instant

  static func start() -> OperationTimer? {
    profile.map { OperationTimer(profile: $0, start: .now) }
  }

  func stop(_ operation: String, operations: Int = 0, bytes: Int = 0, isBackward: Bool = false) {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    profile.add(
      operation, isBackward: isBackward, milliseconds: Double(seconds) * 1e3 + Double(attoseconds) / 1e15,
      operations: operations, bytes: bytes)
  }
}
