/// What a demo tells whoever watches it.
public enum DemoEvent: Sendable {
  /// A phase begins, or goes on where it was left: so many of its units are done.
  case phase(String, done: Int, total: Int)
  /// How far the phase is, in its own units.
  case progress(done: Int, unit: String, details: String)
  /// Something that was found or left out.
  case note(String)
}
