/// Whether operations record what their gradients need.
enum GradientMode {
  @TaskLocal static var isRecording: Bool = true
}

/// Runs `body` without recording: for evaluation and prediction, and wherever no gradient is wanted.
///
/// The setting belongs to the task, as Swift's task-local values do: it reaches tasks started inside, and no others.
public func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
  try GradientMode.$isRecording.withValue(false) { try body() }
}

/// Runs an asynchronous `body` without recording.
public func withoutGradients<Result>(
  isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
) async rethrows -> Result {
  try await GradientMode.$isRecording.withValue(false, operation: { try await body() }, isolation: isolation)
}

extension Tensor {
  /// The result of an operation: recorded if an operand wants a gradient and recording is on.
  func recorded(
    _ operation: String, _ operands: [Tensor?], again: Node.Again? = nil, backward: @escaping Node.Backward
  ) -> Tensor {
    guard Tensor.isRecorded(operands) else { return self }
    let node = Node(operation, parents: operands.map { $0?.node }, again: again, backward: backward)
    return Tensor(shape: shape, elementType: elementType, storage: storage, node: node)
  }

  /// These numbers for a gradient to come: kept, or computed again then where that saves memory for little work.
  var keptOrAgain: Node.Again {
    if let again = node?.again { return { [elementType] in again().converted(to: elementType) } }
    return { [kept = detached] in kept }
  }

  /// Whether an operation on `operands` will be recorded.
  static func isRecorded(_ operands: [Tensor?]) -> Bool {
    operands.contains { $0?.node != nil } && GradientMode.isRecording
  }
}
