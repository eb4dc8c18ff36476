package import SluicePlatform

/// A box of one of a few sizes at one of thirteen positions.
/// - Source: Wang et al., "Temporal segment networks: towards good practices for deep action recognition", 2016,
///   section 3.2: corner cropping and scale jittering.
package struct MultiScaleCrop: Sendable, Hashable {
  /// The side of the result, pixels.
  package var size: Int
  /// Sides of boxes as shares of the frame's shorter side, falling.
  package var scales: [Double]

  package init(size: Int, scales: [Double] = [1, 0.875, 0.75, 0.66]) {
    self.size = size
    self.scales = scales
  }

  /// The sizes there are: height and width are at most one scale apart.
  ///
  /// A side within two pixels of the result's is that, so that the box is not resized; none is larger than the frame.
  package func sizes(in frame: PixelSize) -> [PixelSize] {
    let shorter = min(frame.width, frame.height)
    let sides = scales.map { scale in
      let side = max(1, Int(Double(shorter) * scale))
      return min(abs(side - size) < 3 ? size : side, shorter)
    }
    return sides.indices.flatMap { row in
      sides.indices.filter { abs(row - $0) <= 1 }.map { PixelSize(width: sides[$0], height: sides[row]) }
    }
  }

  /// The thirteen positions of a box, in quarters of what is left: the corners, the middle, the middles of the sides, and
  /// halfway from the middle to each corner.
  package static func places(of box: PixelSize, in frame: PixelSize) -> [CropBox] {
    let (right, down) = ((frame.width - box.width) / 4, (frame.height - box.height) / 4)
    let quarters = [
      (0, 0), (4, 0), (0, 4), (4, 4), (2, 2), (0, 2), (4, 2), (2, 4), (2, 0), (1, 1), (3, 1), (1, 3), (3, 3),
    ]
    return quarters.map { across, along in
      CropBox(top: along * down, left: across * right, height: box.height, width: box.width)
    }
  }

  /// Draws the size and then the position.
  package func box(in frame: PixelSize, draws: inout some RandomDraws) -> CropBox {
    let sizes = sizes(in: frame)
    let places = MultiScaleCrop.places(of: sizes[draws.integer(in: 0...sizes.count - 1)], in: frame)
    return places[draws.integer(in: 0...places.count - 1)]
  }
}
