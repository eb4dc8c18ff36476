/// The eight classes of the synthetic set.
///
/// They differ only in how the shape moves; any single frame could be of each.
public enum MotionClass: Int, CaseIterable, Sendable {
  case left
  case right
  case up
  case down
  case clockwise
  case counterclockwise
  case approach
  case recede

  /// What the class map calls it.
  public var name: String { "\(self)" }

  /// The quantity that moves.
  var quantity: Quantity {
    switch self {
    case .left, .right: .x
    case .up, .down: .y
    case .clockwise, .counterclockwise: .angle
    case .approach, .recede: .logRadius
    }
  }

  /// Which way it moves; y points down, so clockwise is positive.
  var sign: Double {
    switch self {
    case .right, .down, .clockwise, .approach: 1
    case .left, .up, .counterclockwise, .recede: -1
    }
  }

  /// The degrees of freedom of a shape.
  enum Quantity: CaseIterable {
    case x
    case y
    case angle
    case logRadius

    /// Change in a frame: pixels, radians, natural logarithm.
    var rates: (lowest: Double, highest: Double) {
      switch self {
      case .x, .y: (0.8, 1.5)
      case .angle: (3.5 * .pi / 180, 6 * .pi / 180)
      case .logRadius: (0.014, 0.024)
      }
    }
  }
}
