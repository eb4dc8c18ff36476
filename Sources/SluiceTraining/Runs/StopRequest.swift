internal import SluicePlatform

/// Asks a run to end after the step in progress; may be asked from any thread, before or during the run.
public final class StopRequest: Sendable {
  private struct State {
    var isMade = false
    var action: (@Sendable () -> Void)?
  }
  private let state = Lock(State())

  public init() {}

  /// Whether it was asked.
  public var isMade: Bool { state.withLock { $0.isMade } }

  /// Asks.
  public func make() {
    let action = state.withLock { state in
      state.isMade = true
      return state.action
    }
    action?()
  }

  /// Has `action` called when it is asked; at once if it was already.
  package func whenMade(_ action: @escaping @Sendable () -> Void) {
    let isMade = state.withLock { state in
      state.action = action
      return state.isMade
    }
    if isMade { action() }
  }
}
