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

  /// A box of random area and aspect ratio, all attempts drawn before the first is tried.
  ///
  /// Draws the logarithm of width to height of every attempt, then the share of the area of every attempt; the first that
  /// fits is placed by two more draws, left and top. If none does, it is the centered square of the shorter side.
  /// - Source: mmaction2, `RandomResizedCrop`.
  package init(
    drawnAhead attempts: Int = 10, in size: PixelSize, scale: ClosedRange<Double>, ratio: ClosedRange<Double>,
    draws: inout some RandomDraws
  ) {
    let aspects = (0..<attempts).map { _ in exp(draws.uniform(log(ratio.lowerBound), log(ratio.upperBound))) }
    let areas = (0..<attempts).map { _ in draws.uniform(scale.lowerBound, scale.upperBound) }
    for (aspect, share) in zip(aspects, areas) {
      let area = share * Double(size.width * size.height)
      let boxWidth = Int((area * aspect).squareRoot().rounded(.toNearestOrEven))
      let boxHeight = Int((area / aspect).squareRoot().rounded(.toNearestOrEven))
      guard boxWidth > 0, boxWidth <= size.width, boxHeight > 0, boxHeight <= size.height else { continue }
      let left = draws.integer(in: 0...size.width - boxWidth)
      let top = draws.integer(in: 0...size.height - boxHeight)
      self.init(top: top, left: left, height: boxHeight, width: boxWidth)
      return
    }
    let side = min(size.width, size.height)
    self.init(top: (size.height - side) / 2, left: (size.width - side) / 2, height: side, width: side)
  }
}

extension CropBox {
  /// A box of random area and aspect ratio, height and width perhaps exchanged; `nil` if none of the attempts fits.
  ///
  /// Each attempt draws the share of the area, width to height, and whether both sides are exchanged; what fits is placed by
  /// two more draws, left and top.
  /// - Source: Wu et al., "Bidirectional cross-modal knowledge exploration for video recognition with pre-trained
  ///   vision-language models", CVPR 2023, its released code.
  package init?(
    exchanging attempts: Int, in size: PixelSize, scale: ClosedRange<Double>, ratio: ClosedRange<Double>,
    draws: inout some RandomDraws
  ) {
    for _ in 0..<attempts {
      let area = draws.uniform(scale.lowerBound, scale.upperBound) * Double(size.width * size.height)
      let aspect = draws.uniform(ratio.lowerBound, ratio.upperBound)
      var boxWidth = Int((area * aspect).squareRoot().rounded(.toNearestOrEven))
      var boxHeight = Int((area / aspect).squareRoot().rounded(.toNearestOrEven))
      if draws.uniform(0, 1) < 0.5 { swap(&boxWidth, &boxHeight) }
      guard boxWidth > 0, boxWidth <= size.width, boxHeight > 0, boxHeight <= size.height else { continue }
      let left = draws.integer(in: 0...size.width - boxWidth)
      let top = draws.integer(in: 0...size.height - boxHeight)
      self.init(top: top, left: left, height: boxHeight, width: boxWidth)
      return
    }
    return nil
  }
}

/// In which order the chances of a box of random area and shape are drawn.
public enum CropDraws: String, Sendable, CaseIterable {
  /// One attempt after the other, area before shape, top before left; a box that fits nowhere is replaced by the largest
  /// centered one of an allowed shape: torchvision.
  case oneByOne
  /// The shapes of ten attempts, then their areas, left before top; what fits nowhere is replaced by the centered square of
  /// the shorter side: mmaction2.
  case ahead
  /// One attempt after the other, area before shape, on a linear scale, then whether height and width are exchanged; left
  /// before top. Where ten attempts fit nowhere, the frame's shorter side is resized to that of the square, which is
  /// anywhere in it: BIKE.
  case exchanging
}
