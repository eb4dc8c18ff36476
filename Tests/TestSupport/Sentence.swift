/// What is said where `body` fails, or that it did not.
public func sentence(_ body: () throws -> Void) -> String {
  do { try body() } catch { return "\(error)" }
  return "nothing was thrown"
}
