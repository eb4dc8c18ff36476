/// Two shapes that do not fit, in words.
///
/// Where a file or a setting can be the cause (building a model from a configuration, reading a checkpoint), checks throw
/// this error. The operations themselves treat unfitting shapes as a programmer's mistake and stop with the same
/// sentence: a model that was built from checked configuration cannot cause it.
public struct ShapeError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was being done, for example `matmul` or a parameter's name.
  public let operation: String
  /// The shapes in question, in the operation's order.
  public let shapes: [Shape]
  /// What is wrong with them.
  public let reason: String

  /// Creates an error about `shapes` in `operation`.
  public init(_ operation: String, _ shapes: [Shape], _ reason: String) {
    self.operation = operation
    self.shapes = shapes
    self.reason = reason
  }

  /// For example `matmul: [8, 196, 768] × [512, 768]: inner dimensions 768 and 512 differ`.
  public var description: String {
    "\(operation): \(shapes.map(\.description).joined(separator: " × ")): \(reason)"
  }
}

extension Shape {
  /// Throws unless this shape, found in `operation`, is the one wanted.
  public func check(is wanted: Shape, in operation: String) throws(ShapeError) {
    guard self != wanted else { return }
    throw ShapeError(operation, [self, wanted], "the first was found, the second is wanted")
  }
}

/// Stops with a ``ShapeError``'s sentence unless `condition` holds.
func require(_ condition: Bool, _ error: @autoclosure () -> ShapeError) {
  // Not a precondition: its sentence is left out of optimized builds.
  guard condition else { fatalError(error().description) }
}
