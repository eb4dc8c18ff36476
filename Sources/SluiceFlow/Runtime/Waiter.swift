/// A task that waits for a value; whoever takes it out of a state machine resumes it, once.
@safe struct Waiter<Value: Sendable>: Sendable {
  // Safe: each state machine hands a waiter out exactly once, and keeps none when it closes.
  private let continuation: UnsafeContinuation<Value, Never>

  /// Suspends the task until `body`, or somebody it left the waiter with, resumes it.
  nonisolated(nonsending) static func suspend(_ body: (Waiter) -> Void) async -> Value {
    await unsafe withUnsafeContinuation { body(unsafe Waiter(continuation: $0)) }
  }

  func resume(_ value: Value) {
    unsafe continuation.resume(returning: value)
  }
}
