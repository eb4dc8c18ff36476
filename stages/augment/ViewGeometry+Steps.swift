package import SluiceSamples

extension ViewGeometry {
  /// What drawn steps cut out of a frame.
  /// - Parameters:
  ///   - size: of the frame.
  ///   - side: height and width of the square that the steps end with.
  /// - Throws: ``AugmentError`` if they do more than to resize a box, cut a square out and mirror it.
  package init(_ steps: [PixelStep], of size: PixelSize, side: Int) throws(AugmentError) {
    self.init(frameHeight: size.height, frameWidth: size.width)
    (isResized, isCut) = (false, false)
    var end = size
    for step in steps {
      switch step {
      case .resize(let box, let width, let height, _, let mirrors) where !isCut && !isResized:
        (top, left, self.height, self.width) = (box.top, box.left, box.height, box.width)
        (resizedHeight, resizedWidth, isMirrored, isResized) = (height, width, mirrors, true)
        end = PixelSize(width: width, height: height)
      case .crop(let box, let mirrors) where !isMirrored || box == CropBox(width: end.width, height: end.height):
        (squareTop, squareLeft) = (squareTop + box.top, squareLeft + box.left)
        (isMirrored, isCut) = (isMirrored != mirrors, true)
        end = PixelSize(width: box.width, height: box.height)
      default:
        throw .setting("a view is one resize, one crop and one mirroring; nothing else that was drawn can be stored")
      }
    }
    guard end == PixelSize(width: side, height: side) else {
      throw .setting("a view of \(end.width)×\(end.height) pixels, a square of \(side) is wanted")
    }
  }

  /// The steps that show it.
  /// - Throws: ``AugmentError`` if it is none of a frame of this size.
  package func steps(
    for size: PixelSize, side: Int, _ resampling: Resampling
  ) throws(AugmentError) -> [PixelStep] {
    guard fits(frameHeight: size.height, frameWidth: size.width, side: side) else {
      throw .setting(
        "a stored view of \(side) pixels, \(numbers), does not fit into frames of \(size.width)×\(size.height)")
    }
    // In the steps in which it was drawn, for those decide about rounding; the last one mirrors.
    var steps: [PixelStep] = []
    if isResized {
      let box = CropBox(top: top, left: left, height: height, width: width)
      steps.append(
        .resize(
          box, width: resizedWidth, height: resizedHeight, resampling, isFlipped: isMirrored && !isCut))
    }
    if isCut {
      let square = CropBox(top: squareTop, left: squareLeft, height: side, width: side)
      steps.append(.crop(square, isFlipped: isMirrored))
    }
    return steps
  }
}
