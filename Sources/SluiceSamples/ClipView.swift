/// A way to see a clip that was drawn before and stored: which of its frames, and what is cut out of each of them.
public struct ClipView: Sendable, Hashable {
  /// Its number among the stored views of all data that is read beside it.
  public let number: Int
  /// Numbers from the sample's first frame.
  public let frames: [Int]
  public let geometry: ViewGeometry

  public init(number: Int, frames: [Int], geometry: ViewGeometry) {
    self.number = number
    self.frames = frames
    self.geometry = geometry
  }
}

/// What a view shows of each frame, pixels: a box of it, resized, a square cut out of that, and perhaps mirrored.
public struct ViewGeometry: Sendable, Hashable {
  /// Rows above the box and columns left of it.
  public var top: Int
  public var left: Int
  public var height: Int
  public var width: Int
  /// What the box is resized to.
  public var resizedHeight: Int
  public var resizedWidth: Int
  /// Rows of the resized box above the square, and columns left of it.
  public var squareTop: Int
  public var squareLeft: Int
  public var isMirrored: Bool
  /// Whether the box is resized, if only to the size that it has; if not, it is the whole frame.
  public var isResized: Bool
  /// Whether the square is cut out of the resized box; if not, it is all of it.
  public var isCut: Bool

  /// The upper left square of a whole frame that is not resized.
  public init(frameHeight: Int, frameWidth: Int) {
    (top, left, height, width) = (0, 0, frameHeight, frameWidth)
    (resizedHeight, resizedWidth) = (frameHeight, frameWidth)
    (squareTop, squareLeft, isMirrored) = (0, 0, false)
    (isResized, isCut) = (false, true)
  }
}

extension ViewGeometry {
  /// What stands for each number of ``numbers``.
  public static let columns: [String] = [
    "top", "left", "height", "width", "resized_height", "resized_width", "square_top", "square_left", "mirrored",
    "resized", "cut",
  ]

  /// The geometry as a row of numbers, in the order of ``columns``.
  public var numbers: [Int] {
    [top, left, height, width, resizedHeight, resizedWidth, squareTop, squareLeft]
      + [isMirrored, isResized, isCut].map { $0 ? 1 : 0 }
  }

  /// Reads a row of numbers; `nil` if they are not as many, or one of the last three is neither 0 nor 1.
  public init?(_ numbers: [Int]) {
    guard numbers.count == ViewGeometry.columns.count, numbers[8...].allSatisfy((0...1).contains) else { return nil }
    (top, left, height, width) = (numbers[0], numbers[1], numbers[2], numbers[3])
    (resizedHeight, resizedWidth) = (numbers[4], numbers[5])
    (squareTop, squareLeft, isMirrored) = (numbers[6], numbers[7], numbers[8] == 1)
    (isResized, isCut) = (numbers[9] == 1, numbers[10] == 1)
  }

  /// Whether the box is inside a frame of this size, and the square inside the resized box.
  /// - Parameter side: height and width of the square.
  public func fits(frameHeight: Int, frameWidth: Int, side: Int) -> Bool {
    // Each number by itself first, so that no sum of them can overflow.
    let limits = 0...1 << 20
    guard side > 0, numbers.allSatisfy(limits.contains), limits.contains(side), height > 0, width > 0 else {
      return false
    }
    let isWhole = (top, left, height, width) == (0, 0, frameHeight, frameWidth)
    guard isResized || isWhole && (resizedHeight, resizedWidth) == (height, width) else { return false }
    guard isCut || (squareTop, squareLeft, resizedHeight, resizedWidth) == (0, 0, side, side) else { return false }
    return top + height <= frameHeight && left + width <= frameWidth && squareTop + side <= resizedHeight
      && squareLeft + side <= resizedWidth
  }
}
