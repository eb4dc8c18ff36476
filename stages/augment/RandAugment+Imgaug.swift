package import SluicePlatform

// What imgaug's policy does besides its operations.
extension RandAugment {
  /// The crop of a network's input that magnitudes of the initial crop are pixels of.
  private static let croppedSide = 224.0

  /// A mirror image of a part of the clips, then a crop that is resized back: each side loses a random share of up to
  /// ``magnitude`` of 224 pixels.
  ///
  /// Draws whether the clip is mirrored, then what the top, the right, the bottom and the left lose.
  /// - Source: imgaug 0.4, `RandAugment`.
  package func framing(of size: PixelSize, draws: inout some RandomDraws) -> [PixelStep] {
    let isFlipped = draws.uniform(0, 1) < flip
    let most = min(max(magnitude, 0), policy.fullMagnitude)
    func lost(of side: Int) -> Int {
      Int((draws.uniform(0, most) / RandAugment.croppedSide * Double(side)).rounded(.toNearestOrEven))
    }
    let (top, right) = (lost(of: size.height), lost(of: size.width))
    let (bottom, left) = (lost(of: size.height), lost(of: size.width))
    let box = CropBox(top: top, left: left, height: size.height - top - bottom, width: size.width - left - right)
    // The crop is counted from the mirrored frame's left, so in the frame itself from its right.
    let own = isFlipped ? CropBox(top: top, left: right, height: box.height, width: box.width) : box
    guard own.height < size.height || own.width < size.width else {
      return isFlipped ? [.crop(CropBox(width: size.width, height: size.height), isFlipped: true)] : []
    }
    return [.resize(own, width: size.width, height: size.height, .bicubic, isFlipped: isFlipped)]
  }

  /// The square whose side is a share of the shorter one, as far as it is inside the frame.
  static func square(
    _ share: Double, width: Int, height: Int, middle: (x: Double, y: Double)
  ) -> CropBox {
    let side = Int((share * Double(min(width, height))).rounded(.toNearestOrEven))
    func range(_ middle: Double, of length: Int) -> Range<Int> {
      let first = Int((middle * Double(length)).rounded(.down)) - side / 2
      return min(max(first, 0), length)..<min(max(first + side, 0), length)
    }
    let (columns, rows) = (range(middle.x, of: width), range(middle.y, of: height))
    return CropBox(top: rows.lowerBound, left: columns.lowerBound, height: rows.count, width: columns.count)
  }
}
