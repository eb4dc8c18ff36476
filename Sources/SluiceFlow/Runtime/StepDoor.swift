internal import SluicePlatform

/// Lets a run stop between two outputs of a step, not in the middle of one that is made of several elements.
final class StepDoor: Sendable {
  private struct State {
    var isInside = false
    var isClosed = false
    var action: (@Sendable () -> Void)?
  }

  private let state = Lock(State())

  /// The first element of an output goes in; `false` if nothing more is let in.
  func enter() -> Bool {
    state.withLock { state in
      state.isInside = !state.isClosed
      return state.isInside
    }
  }

  /// The last element of an output is in.
  func leave() {
    let action = state.withLock { state in
      state.isInside = false
      defer { state.action = nil }
      return state.action
    }
    action?()
  }

  /// Lets no further output begin; calls `action` as soon as all elements of the present one are in.
  func close(_ action: @escaping @Sendable () -> Void) {
    let isNow = state.withLock { state in
      state.isClosed = true
      if state.isInside { state.action = action }
      return !state.isInside
    }
    if isNow { action() }
  }
}
