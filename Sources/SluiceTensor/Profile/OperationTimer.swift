/// Measures one operation while a recorder is installed; `nil`, and free, otherwise.
struct OperationTimer {
  static func start() -> OperationTimer? { nil }
  func stop(_ operation: String, operations: Int = 0, bytes: Int = 0, isBackward: Bool = false) {}
}
