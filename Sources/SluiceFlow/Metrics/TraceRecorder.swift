internal import SluicePlatform

/// Writes down what every worker of a run does and when, to be looked at in Perfetto or `chrome://tracing`.
///
/// ```swift
/// let trace = TraceRecorder()
/// for try await _ in pipeline.run(RunOptions(steps: 20, trace: trace)) {}
/// print(trace.json)
/// ```
public final class TraceRecorder: Sendable {
  /// The most entries of one worker; later ones are left out and counted.
  public let capacity: Int
  private let tracks = Lock<[TraceTrack]>([])

  public init(capacity: Int = 200_000) {
    self.capacity = capacity
  }

  /// A line of the trace for one worker.
  func track(_ name: String) -> TraceTrack {
    let track = TraceTrack(name: name, capacity: capacity)
    tracks.withLock { $0.append(track) }
    return track
  }

  /// Entries that found no room.
  public var droppedCount: Int {
    tracks.withLock { $0 }.reduce(0) { $0 + $1.contents.dropped }
  }

  /// The trace in the Trace Event Format: a line for each worker, elements and waiting times on it; microseconds.
  public var json: String {
    let tracks = tracks.withLock { $0 }
    let start = tracks.compactMap { $0.contents.entries.first?.begin }.min() ?? 0
    var lines: [String] = []
    for (number, track) in tracks.enumerated() {
      let name: JSONText = .object([("name", .string(track.name))])
      lines.append(
        event([
          ("name", .string("thread_name")), ("ph", .string("M")), ("pid", .number(1)), ("tid", .number(number)),
          ("args", name),
        ]))
      for entry in track.contents.entries {
        lines.append(
          event([
            ("name", .string(entry.label)), ("cat", .string(entry.isWaiting ? "waiting" : "element")),
            ("ph", .string("X")), ("ts", .decimal(Double(entry.begin - start) / 1000)),
            ("dur", .decimal(Double(entry.end - entry.begin) / 1000)), ("pid", .number(1)), ("tid", .number(number)),
          ]))
      }
    }
    return "{\"traceEvents\": [\n" + lines.joined(separator: ",\n") + "\n]}\n"
  }

  private func event(_ fields: [(String, JSONText)]) -> String {
    "{" + fields.map { "\"\($0)\": \($1.text(indent: ""))" }.joined(separator: ", ") + "}"
  }
}

/// One worker's line of a trace; written by the worker.
final class TraceTrack: Sendable {
  struct Entry: Sendable, Equatable {
    let label: String
    let isWaiting: Bool
    let begin: UInt64
    let end: UInt64
  }

  struct Contents: Sendable {
    var entries: [Entry] = []
    var dropped = 0
    fileprivate var activity: Meter.Activity = .ended
    fileprivate var since: UInt64 = 0
  }

  let name: String
  private let capacity: Int
  private let state = Lock(Contents())

  init(name: String, capacity: Int) {
    self.name = name
    self.capacity = capacity
  }

  var contents: Contents { state.withLock { $0 } }

  /// An element is done: what was worked since the last entry was worked on it.
  func finish(_ element: String, at now: UInt64) {
    state.withLock { state in
      guard state.activity == .busy else { return }
      add(element, isWaiting: false, until: now, to: &state)
    }
  }

  /// The worker does something else from now on.
  func enter(_ next: Meter.Activity, at now: UInt64) {
    state.withLock { state in
      switch state.activity {
      case .waitingForInput: add("waits for input", isWaiting: true, until: now, to: &state)
      case .waitingForOutput: add("waits for room", isWaiting: true, until: now, to: &state)
      case .busy, .ended: break  // work was written down with its element
      }
      state.activity = next
      state.since = now
    }
  }

  private func add(_ label: String, isWaiting: Bool, until now: UInt64, to state: inout Contents) {
    if state.entries.count < capacity {
      state.entries.append(Entry(label: label, isWaiting: isWaiting, begin: state.since, end: now))
    } else {
      state.dropped += 1
    }
    state.since = now
  }
}
