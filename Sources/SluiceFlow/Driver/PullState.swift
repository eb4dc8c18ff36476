internal import DequeModule

/// Who waits for an element and what has come without anybody waiting, as a pure state machine.
///
/// Elements are pulled one after the other, as many as callers have asked for. Callers are threads, which look again when
/// they are woken, and tasks, which leave a waiter of type `Waiter` and are handed what they wait for.
package struct PullState<Element: Sendable, Waiter: Sendable>: Sendable {
  /// What a caller gets, or has to wait for.
  package enum Answer: Sendable {
    case element(Element)
    case end((any Error)?)
    case wait
  }

  private enum Phase: Sendable {
    case open
    case ended((any Error)?)
  }

  /// Elements that came when the caller who had asked for them was gone.
  private var ready: Deque<Element> = []
  private var threads = 0
  private var tasks: Deque<(id: Int, waiter: Waiter)> = []
  private var nextID = 0
  private var isPulling = false
  private var phase = Phase.open

  package init() {}

  /// Takes an element if there is one.
  package mutating func poll() -> Answer {
    if let element = ready.popFirst() { return .element(element) }
    if case .ended(let error) = phase { return .end(error) }
    return .wait
  }

  /// A thread waits from now on; returns whether a pull is to be begun.
  package mutating func block() -> Bool {
    threads += 1
    return beginsPull()
  }

  /// A thread does not wait any more.
  package mutating func unblock() {
    threads -= 1
  }

  /// Keeps a task's waiter; returns its number, and whether a pull is to be begun.
  package mutating func wait(_ waiter: Waiter) -> (id: Int, beginsPull: Bool) {
    defer { nextID += 1 }
    tasks.append((nextID, waiter))
    return (nextID, beginsPull())
  }

  /// A task does not wait any more; returns its waiter if it was not handed anything.
  package mutating func cancel(_ id: Int) -> Waiter? {
    guard let index = tasks.firstIndex(where: { $0.id == id }) else { return nil }
    return tasks.remove(at: index).waiter
  }

  /// What is to be done with a pulled element: who gets it, if it is a task, and whether the next one is to be pulled.
  package mutating func arrive(_ element: Element) -> (receiver: Waiter?, pullsOn: Bool) {
    guard case .open = phase else { return (nil, false) }
    let receiver = tasks.popFirst()?.waiter
    if receiver == nil { ready.append(element) }
    isPulling = isWanted
    return (receiver, isPulling)
  }

  /// Nothing more comes, because of an error or not; returns the tasks that are to be told.
  package mutating func end(_ error: (any Error)?) -> [Waiter] {
    guard case .open = phase else { return [] }
    phase = .ended(error)
    isPulling = false
    defer { tasks = [] }
    return tasks.map(\.waiter)
  }

  /// Nothing more is given out, and what is there is dropped; returns the tasks that are to be told.
  package mutating func close() -> [Waiter] {
    ready = []
    defer { phase = .ended(nil) }
    return end(nil)
  }

  /// Whether more may come.
  package var isOpen: Bool { if case .open = phase { true } else { false } }

  private var isWanted: Bool { threads + tasks.count > ready.count }

  private mutating func beginsPull() -> Bool {
    guard case .open = phase, !isPulling, isWanted else { return false }
    isPulling = true
    return true
  }
}
