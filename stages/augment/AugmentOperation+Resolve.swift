internal import SluicePlatform

/// What is done to every frame of one clip, chances drawn.
package enum PixelStep: Sendable, Hashable {
  /// Cuts a box out and resizes it.
  case resize(CropBox, width: Int, height: Int, ResizeFilter, antialias: Bool, isFlipped: Bool)
  /// Cuts a box out.
  case crop(CropBox, isFlipped: Bool)
  case image(ImageOperation)
}

/// The size of a picture, pixels.
package struct PixelSize: Sendable, Hashable {
  package var width: Int
  package var height: Int

  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }
}

extension AugmentOperation {
  /// Draws this operation's chances for a picture of `size`, which becomes the size afterwards.
  func resolve(
    _ size: inout PixelSize, into steps: inout [PixelStep], draws: inout some RandomDraws
  ) throws(AugmentError) {
    switch kind {
    case .resizedCrop(let side, let scale, let ratio, let filter, let antialias):
      let box = CropBox(randomIn: size.width, size.height, scale: scale, ratio: ratio, draws: &draws)
      steps.append(.resize(box, width: side, height: side, filter, antialias: antialias, isFlipped: false))
      size = PixelSize(width: side, height: side)
    case .shortSide(let side, let filter, let antialias):
      let whole = CropBox(width: size.width, height: size.height)
      if size.width <= size.height {
        size = PixelSize(width: side, height: side * size.height / size.width)
      } else {
        size = PixelSize(width: side * size.width / size.height, height: side)
      }
      guard whole.width != size.width || whole.height != size.height else { return }
      steps.append(
        .resize(whole, width: size.width, height: size.height, filter, antialias: antialias, isFlipped: false))
    case .centerCrop(let side):
      try cut(&size, side, into: &steps) {
        CropBox(centered: side, side, inWidth: $0.width, height: $0.height)
      }
    case .randomCrop(let side):
      try cut(&size, side, into: &steps) { size in
        let top = draws.integer(in: 0...size.height - side)
        return CropBox(top: top, left: draws.integer(in: 0...size.width - side), height: side, width: side)
      }
    case .sideCrop(let side, let place):
      try cut(&size, side, into: &steps) { size in
        let slack = size.width - side
        let left =
          switch place {
          case .left: 0
          case .right: slack
          case .center: slack / 2
          }
        return CropBox(top: (size.height - side) / 2, left: left, height: side, width: side)
      }
    case .flip(let probability):
      if draws.uniform(0, 1) < probability { flip(size, into: &steps) }
    case .colorJitter(let jitter): steps += jitter.operations(draws: &draws).map { .image($0) }
    case .randAugment(let augment):
      steps += augment.operations(width: size.width, height: size.height, draws: &draws).map { .image($0) }
    case .fixed(let operations): steps += operations.map { .image($0) }
    }
  }

  private func cut(
    _ size: inout PixelSize, _ side: Int, into steps: inout [PixelStep], box: (PixelSize) -> CropBox
  ) throws(AugmentError) {
    guard size.width >= side, size.height >= side else {
      throw .tooSmall(width: size.width, height: size.height, wanted: side)
    }
    steps.append(.crop(box(size), isFlipped: false))
    size = PixelSize(width: side, height: side)
  }

  /// Mirrors together with the step before where that is free.
  private func flip(_ size: PixelSize, into steps: inout [PixelStep]) {
    switch steps.last {
    case .resize(let box, let width, let height, let filter, let antialias, let isFlipped):
      steps[steps.count - 1] = .resize(
        box, width: width, height: height, filter, antialias: antialias, isFlipped: !isFlipped)
    case .crop(let box, let isFlipped): steps[steps.count - 1] = .crop(box, isFlipped: !isFlipped)
    default: steps.append(.crop(CropBox(width: size.width, height: size.height), isFlipped: true))
    }
  }
}
