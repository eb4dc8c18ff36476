internal import Glibc
internal import SluiceKernels
package import SluicePlatform

/// What stands in an erased box.
public enum ErasureFill: String, Sendable, CaseIterable {
  /// Every value a standard normal number of its own: VideoMAE, which tries a hundred boxes.
  case noise
  /// 0, which is the mean color that clips are normalized by: timm's default and BEVT, which try ten.
  case mean

  /// Boxes that are tried before a clip stays as it is.
  var attempts: Int { self == .noise ? 100 : 10 }
}

/// Overwrites one box of a normalized clip, the same in all frames, with noise or the mean color.
/// - Source: Zhong et al., "Random erasing data augmentation", 2017; timm, `RandomErasing`.
package struct RandomErasing: Sendable, Hashable {
  /// Share of the clips that are changed.
  package var probability: Double
  /// Share of a frame that a box takes.
  package var area: ClosedRange<Double>
  /// Height to width of a box; drawn evenly on a logarithmic scale.
  package var aspect: ClosedRange<Double>
  /// What stands in the box.
  package var fill: ErasureFill
  /// Boxes that are tried before a clip stays as it is.
  package var attempts: Int

  package init(
    probability: Double = 0.25, area: ClosedRange<Double> = 0.02...1 / 3, aspect: ClosedRange<Double> = 0.3...1 / 0.3,
    fill: ErasureFill = .noise, attempts: Int? = nil
  ) {
    self.probability = probability
    self.area = area
    self.aspect = aspect
    self.fill = fill
    self.attempts = attempts ?? fill.attempts
  }

  /// Draws the box, and the key of noise, if this clip is changed.
  package func erasure(width: Int, height: Int, draws: inout some RandomDraws) -> Erasure? {
    guard draws.uniform(0, 1) < probability, let box = box(width: width, height: height, draws: &draws) else {
      return nil
    }
    return Erasure(box: box, key: fill == .noise ? UInt64(draws.integer(in: 0...Int.max)) : nil)
  }

  /// Draws up to ``attempts`` times a share of the area and the logarithm of height to width; what is smaller than the frame
  /// is placed by two more draws, top and left.
  package func box(width: Int, height: Int, draws: inout some RandomDraws) -> CropBox? {
    for _ in 0..<attempts {
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

/// A box that is overwritten in every frame of a clip.
package struct Erasure: Sendable, Hashable {
  package var box: CropBox
  /// Equal keys give equal noise; `nil` for zeros.
  package var key: UInt64?

  package init(box: CropBox, key: UInt64?) {
    self.box = box
    self.key = key
  }

  /// Overwrites the box in each of `planes` planes of `size` that follow one another, with zeros or with standard normal
  /// numbers, each of its own.
  func apply(to values: UnsafeMutablePointer<Float>, planes: Int, size: PixelSize, scratch: PixelScratch<Float>) {
    let area = box.height * box.width
    let noise = unsafe scratch.room(area)
    if key == nil { unsafe noise.update(repeating: 0, count: area) }
    for plane in 0..<planes {
      if let key { unsafe sluice_normal_noise(key &+ UInt64(plane) &* 0x9E37_79B9_7F4A_7C15, area, noise) }
      for row in 0..<box.height {
        let to = unsafe values + (plane * size.height + box.top + row) * size.width + box.left
        unsafe to.update(from: noise + row * box.width, count: box.width)
      }
    }
  }
}
