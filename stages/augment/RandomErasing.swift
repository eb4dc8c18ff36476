internal import Glibc
internal import SluiceKernels
package import SluicePlatform

/// Overwrites one box of a normalized clip with noise.
/// - Source: Zhong et al., "Random erasing data augmentation", 2017, in the form VideoMAE is tuned with: the same box in
///   all frames, every value drawn anew.
package struct RandomErasing: Sendable, Hashable {
  /// Share of the clips that are changed.
  package var probability: Double
  /// Share of a frame that a box takes.
  package var area: ClosedRange<Double>
  /// Height to width of a box; drawn evenly on a logarithmic scale.
  package var aspect: ClosedRange<Double>

  package init(
    probability: Double = 0.25, area: ClosedRange<Double> = 0.02...1 / 3, aspect: ClosedRange<Double> = 0.3...1 / 0.3
  ) {
    self.probability = probability
    self.area = area
    self.aspect = aspect
  }

  /// Draws the box and the noise's key, if this clip is changed.
  package func erasure(width: Int, height: Int, draws: inout some RandomDraws) -> Erasure? {
    guard draws.uniform(0, 1) < probability, let box = box(width: width, height: height, draws: &draws) else {
      return nil
    }
    return Erasure(box: box, key: UInt64(draws.integer(in: 0...Int.max)))
  }

  /// Draws up to a hundred times a share of the area and the logarithm of height to width; what is smaller than the frame
  /// is placed by two more draws, top and left.
  package func box(width: Int, height: Int, draws: inout some RandomDraws) -> CropBox? {
    for _ in 0..<100 {
      let area = draws.uniform(area.lowerBound, area.upperBound) * Double(width * height)
      let aspect = exp(draws.uniform(log(aspect.lowerBound), log(aspect.upperBound)))
      let boxHeight = Int((area * aspect).squareRoot().rounded(.toNearestOrEven))
      let boxWidth = Int((area / aspect).squareRoot().rounded(.toNearestOrEven))
      guard boxWidth < width, boxHeight < height else { continue }
      let top = draws.integer(in: 0...height - boxHeight)
      let left = draws.integer(in: 0...width - boxWidth)
      return CropBox(top: top, left: left, height: boxHeight, width: boxWidth)
    }
    return nil
  }
}

/// A box that noise replaces in every frame of a clip.
package struct Erasure: Sendable, Hashable {
  package var box: CropBox
  /// Equal keys give equal noise.
  package var key: UInt64

  package init(box: CropBox, key: UInt64) {
    self.box = box
    self.key = key
  }

  /// Overwrites the box in each of `planes` planes of `size` that follow one another; every value is a standard normal
  /// number of its own.
  func apply(to values: UnsafeMutablePointer<Float>, planes: Int, size: PixelSize, scratch: PixelScratch<Float>) {
    let area = box.height * box.width
    let noise = unsafe scratch.room(area)
    for plane in 0..<planes {
      unsafe sluice_normal_noise(key &+ UInt64(plane) &* 0x9E37_79B9_7F4A_7C15, area, noise)
      for row in 0..<box.height {
        let to = unsafe values + (plane * size.height + box.top + row) * size.width + box.left
        unsafe to.update(from: noise + row * box.width, count: box.width)
      }
    }
  }
}
