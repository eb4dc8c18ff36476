public import SluiceMedia
internal import SluicePlatform

/// What was odd about clips though they could be read, counted while they are: frames that others stand in for, folders
/// with another number of frames than their list says.
public final class FrameWarnings: Sendable {
  private struct State {
    // A hash for each frame, which is read anew in every epoch.
    var substituted: Set<Int> = []
    var firstSubstitution: MediaError?
    // By path: a clip is opened anew in every epoch.
    var miscounted: [ExactText: (listed: Int, found: Int)] = [:]
  }

  private let state = Lock(State())

  public init() {}

  /// Counts a frame that the first one stands in for.
  public func add(substitution problem: MediaError) {
    state.withLock { state in
      var hasher = Hasher()
      hasher.combine(ExactText(problem.path))
      hasher.combine(problem.frame)
      state.substituted.insert(hasher.finalize())
      state.firstSubstitution = state.firstSubstitution ?? problem
    }
  }

  /// Compares the frames of a clip with what its list says of them.
  public func compare(_ found: Int, with listed: Int?, of path: String) {
    guard let listed, listed != found else { return }
    state.withLock { $0.miscounted[ExactText(path)] = (listed, found) }
  }

  /// Frames that the first one of their clip stood in for, each once.
  public var substitutionCount: Int { state.withLock { $0.substituted.count } }

  /// A sentence for each kind of what was odd; none if nothing was.
  public var notes: [String] {
    let (count, first, miscounted) = state.withLock { ($0.substituted.count, $0.firstSubstitution, $0.miscounted) }
    var notes: [String] = []
    if let first {
      notes.append(
        "\(count) frame\(count == 1 ? " that is" : "s that are") missing or damaged \(count == 1 ? "is" : "are") shown as the "
          + "first frame of the folder. The first: \(first).")
    }
    if let worst = miscounted.min(by: { $0.key < $1.key }) {
      notes.append(
        "\(miscounted.count) clip\(miscounted.count == 1 ? " has" : "s have") another number of frames than the list says. "
          + "The first: \(worst.key.string) has \(worst.value.found), the list says \(worst.value.listed).")
    }
    return notes
  }
}
