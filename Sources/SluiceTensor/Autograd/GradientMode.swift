internal import SluicePlatform

/// Whether operations record what their gradients need.
enum GradientMode: Sendable {
  /// They do.
  case recording
  /// They do not.
  case off
  /// They do not, but the operands that were computed elsewhere are noted.
  case noting(OutsideOperands)

  @TaskLocal static var current: GradientMode = .recording

  static var isRecording: Bool {
    if case .recording = current { true } else { false }
  }
}

/// The recorded operands met while nothing was recorded: parameters, and what was computed outside.
final class OutsideOperands: Sendable {
  private let found = Lock<(nodes: [Node], seen: Set<ObjectIdentifier>)>(([], []))

  /// All of them, in the order they were met in.
  var nodes: [Node] { found.withLock { $0.nodes } }

  func note(_ node: Node) {
    found.withLock { found in
      if found.seen.insert(ObjectIdentifier(node)).inserted { found.nodes.append(node) }
    }
  }
}

/// Runs `body` without recording: for evaluation and prediction, and wherever no gradient is wanted.
///
/// The setting belongs to the task, as Swift's task-local values do: it reaches tasks started inside, and no others.
public func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
  try GradientMode.$current.withValue(.off) { try body() }
}

/// Runs an asynchronous `body` without recording.
public func withoutGradients<Result>(
  isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
) async rethrows -> Result {
  try await GradientMode.$current.withValue(.off, operation: { try await body() }, isolation: isolation)
}

extension Tensor {
  /// The result of an operation: recorded if an operand wants a gradient and recording is on.
  func recorded(
    _ operation: String, _ operands: [Tensor?], replay: Node.Replay? = nil, backward: @escaping Node.Backward
  ) -> Tensor {
    guard Tensor.isRecorded(operands) else { return self }
    let node = Node(operation, parents: operands.map { $0?.node }, replay: replay, backward: backward)
    return Tensor(shape: shape, elementType: elementType, storage: storage, node: node)
  }

  /// These numbers for a gradient to come: saved, or recomputed where that saves memory for little work.
  var savedOrRecomputed: Node.Replay {
    if let replay = node?.replay { return { [elementType] in replay().converted(to: elementType) } }
    return { [kept = detached] in kept }
  }

  /// Whether an operation on `operands` will be recorded.
  static func isRecorded(_ operands: [Tensor?]) -> Bool {
    guard operands.contains(where: { $0?.node != nil }) else { return false }
    switch GradientMode.current {
    case .recording:
      return true
    case .off:
      return false
    case .noting(let outside):
      for operand in operands { operand?.node.map(outside.note) }
      return false
    }
  }
}
