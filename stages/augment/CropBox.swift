internal import Glibc
package import SluicePlatform

/// A rectangle of pixels.
public struct CropBox: Sendable, Hashable {
  public var top: Int
  public var left: Int
  public var height: Int
  public var width: Int

  public init(top: Int, left: Int, height: Int, width: Int) {
    self.top = top
    self.left = left
    self.height = height
    self.width = width
  }

  /// The whole of a frame.
  package init(width: Int, height: Int) {
    self.init(top: 0, left: 0, height: height, width: width)
  }

  /// A box in the middle; half pixels go to the even side.
  package init(centered width: Int, _ height: Int, inWidth outerWidth: Int, height outerHeight: Int) {
    self.init(
      top: Int((Double(outerHeight - height) / 2).rounded(.toNearestOrEven)),
      left: Int((Double(outerWidth - width) / 2).rounded(.toNearestOrEven)), height: height, width: width)
  }

  /// A box of random area and aspect ratio.
  ///
  /// Up to ten times draws the share of the area and the logarithm of width to height; what fits is placed by two more
  /// draws, top and left. Otherwise the largest centered box of an allowed ratio.
  /// - Source: Szegedy et al., "Going deeper with convolutions", 2014, section 6.
  package init(
    randomIn width: Int, _ height: Int, scale: ClosedRange<Double>, ratio: ClosedRange<Double>,
    draws: inout some RandomDraws
  ) {
    for _ in 0..<10 {
      let area = Double(width * height) * draws.uniform(scale.lowerBound, scale.upperBound)
      let aspect = exp(draws.uniform(log(ratio.lowerBound), log(ratio.upperBound)))
      let boxWidth = Int((area * aspect).squareRoot().rounded(.toNearestOrEven))
      let boxHeight = Int((area / aspect).squareRoot().rounded(.toNearestOrEven))
      guard boxWidth > 0, boxWidth <= width, boxHeight > 0, boxHeight <= height else { continue }
      let top = draws.integer(in: 0...height - boxHeight)
      let left = draws.integer(in: 0...width - boxWidth)
      self.init(top: top, left: left, height: boxHeight, width: boxWidth)
      return
    }
    var (boxWidth, boxHeight) = (width, height)
    let aspect = Double(width) / Double(height)
    if aspect < ratio.lowerBound {
      boxHeight = Int((Double(width) / ratio.lowerBound).rounded(.toNearestOrEven))
    } else if aspect > ratio.upperBound {
      boxWidth = Int((Double(height) * ratio.upperBound).rounded(.toNearestOrEven))
    }
    self.init(top: (height - boxHeight) / 2, left: (width - boxWidth) / 2, height: boxHeight, width: boxWidth)
  }
}
