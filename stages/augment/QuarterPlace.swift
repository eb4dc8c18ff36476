/// Where a crop of a test is: so many quarters of the rest of the frame from its left and its top.
///
/// Quarters are rounded down: of a rest that four does not divide, the last columns and rows are in no crop.
/// - Source: Wang et al., "Temporal segment networks: towards good practices for deep action recognition", 2016.
public enum QuarterPlace: String, Sendable, CaseIterable {
  case topLeft
  case topRight
  case bottomLeft
  case bottomRight
  case center
  /// In the middle of the height.
  case left
  /// In the middle of the height.
  case right

  /// Quarters from the left and from the top.
  private var quarters: (across: Int, along: Int) {
    switch self {
    case .topLeft: (0, 0)
    case .topRight: (4, 0)
    case .bottomLeft: (0, 4)
    case .bottomRight: (4, 4)
    case .center: (2, 2)
    case .left: (0, 2)
    case .right: (4, 2)
    }
  }

  /// The square of `side` pixels there.
  /// - Precondition: the frame is as large as the square.
  package func box(_ side: Int, in frame: PixelSize) -> CropBox {
    let (across, along) = quarters
    return CropBox(
      top: along * ((frame.height - side) / 4), left: across * ((frame.width - side) / 4), height: side, width: side)
  }
}
