internal import SluicePlatform
internal import SluiceSamples

/// What is done to every frame of one clip, chances drawn.
package enum PixelStep: Sendable, Hashable {
  /// Cuts a box out and resizes it.
  case resize(CropBox, width: Int, height: Int, Resampling, isFlipped: Bool)
  /// Cuts a box out.
  case crop(CropBox, isFlipped: Bool)
  case image(ImageOperation, ImageRules = .torchvision)
  /// Overwrites a box once values are normalized.
  case erase(Erasure)
}

extension [PixelStep] {
  /// Whether left and right are exchanged behind all steps.
  var areMirrored: Bool {
    reduce(false) { mirrored, step in
      switch step {
      case .resize(_, _, _, _, let mirrors), .crop(_, let mirrors): mirrored != mirrors
      case .image, .erase: mirrored
      }
    }
  }
}

/// The size of a frame, pixels.
package struct PixelSize: Sendable, Hashable {
  package var width: Int
  package var height: Int

  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }
}

extension PixelSize {
  /// The size whose shorter side is `side`, in the same proportions.
  package func resized(shortSide side: Int, _ rounding: SideRounding) -> PixelSize {
    let (short, long) = (min(width, height), max(width, height))
    let other =
      switch rounding {
      case .down: side * long / short
      // In the order in which mmcv computes it.
      case .nearest: Int(Double(long) * (Double(side) / Double(short)) + 0.5)
      }
    return width <= height ? PixelSize(width: side, height: other) : PixelSize(width: other, height: side)
  }
}

extension AugmentOperation {
  /// Draws this operation's chances for a frame of `size`, which becomes the size afterwards.
  /// - Parameter view: the stored view that the clip is to be seen as, if there is one.
  func resolve(
    _ size: inout PixelSize, of view: ClipView?, into steps: inout [PixelStep], draws: inout some RandomDraws
  ) throws(AugmentError) {
    switch kind {
    case .resizedCrop(let side, let scale, let ratio, let resampling, let order):
      let drawn: CropBox? =
        switch order {
        case .oneByOne: CropBox(randomIn: size.width, size.height, scale: scale, ratio: ratio, draws: &draws)
        case .ahead: CropBox(drawnAhead: 10, in: size, scale: scale, ratio: ratio, draws: &draws)
        case .exchanging: CropBox(exchanging: 10, in: size, scale: scale, ratio: ratio, draws: &draws)
        }
      guard let box = drawn else {
        try AugmentOperation.shortSide(side, resampling: resampling).resolve(
          &size, of: view, into: &steps, draws: &draws)
        try cut(&size, side, into: &steps) { size in
          let left = draws.integer(in: 0...size.width - side)
          return CropBox(top: draws.integer(in: 0...size.height - side), left: left, height: side, width: side)
        }
        return
      }
      steps.append(.resize(box, width: side, height: side, resampling, isFlipped: false))
      size = PixelSize(width: side, height: side)
    case .multiScaleCrop(let crop, let resampling):
      let box = crop.box(in: size, draws: &draws)
      steps.append(.resize(box, width: crop.size, height: crop.size, resampling, isFlipped: false))
      size = PixelSize(width: crop.size, height: crop.size)
    case .shortSide(let sides, let resampling, let rounding):
      let whole = CropBox(width: size.width, height: size.height)
      let side = sides.count > 1 ? draws.integer(in: sides) : sides.lowerBound
      size = size.resized(shortSide: side, rounding)
      guard size.width.multipliedReportingOverflow(by: size.height).partialValue <= AugmentOperation.largestFrame else {
        throw .tooLarge(width: size.width, height: size.height, from: [whole.width, whole.height])
      }
      guard whole.width != size.width || whole.height != size.height else { return }
      steps.append(.resize(whole, width: size.width, height: size.height, resampling, isFlipped: false))
    case .resized(let target, let resampling):
      guard size != target else { return }
      let whole = CropBox(width: size.width, height: size.height)
      size = target
      steps.append(.resize(whole, width: size.width, height: size.height, resampling, isFlipped: false))
    case .centerCrop(let side):
      try cut(&size, side, into: &steps) {
        CropBox(centered: side, side, inWidth: $0.width, height: $0.height)
      }
    case .quarterCrop(let side, let place):
      try cut(&size, side, into: &steps) { place.box(side, in: $0) }
    case .randomCrop(let side, let takesLast):
      try cut(&size, side, into: &steps) { size in
        let omitted = takesLast ? 0 : 1
        let top = draws.integer(in: 0...max(0, size.height - side - omitted))
        let left = draws.integer(in: 0...max(0, size.width - side - omitted))
        return CropBox(top: top, left: left, height: side, width: side)
      }
    case .longSideCrop(let side, let index, let count, let wholeSteps):
      guard count > 0, 0..<count ~= index else {
        throw .setting("crop \(index) of \(count) along the longer side: there are crops 0 to \(count - 1)")
      }
      try cut(&size, side, into: &steps) { size in
        let middle = CropBox(centered: side, side, inWidth: size.width, height: size.height)
        guard count > 1 else { return middle }
        let isTall = size.height >= size.width
        let slack = Double((isTall ? size.height : size.width) - side)
        let step = slack / Double(count - 1)
        let start = Int((wholeSteps ? step.rounded(.down) : step) * Double(index))
        return isTall
          ? CropBox(top: start, left: middle.left, height: side, width: side)
          : CropBox(top: middle.top, left: start, height: side, width: side)
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
    case .storedView(let side, let resampling):
      guard let view else {
        throw .setting("a stored view of a clip that comes without one: choose one in the stage that chooses frames")
      }
      steps += try view.geometry.steps(for: size, side: side, resampling)
      size = PixelSize(width: side, height: side)
    case .flip(let probability):
      if draws.uniform(0, 1) < probability { flip(size, into: &steps) }
    case .gray(let probability):
      if draws.uniform(0, 1) < probability { steps.append(.image(.saturation(0), .pillow)) }
    case .colorJitter(let jitter): steps += jitter.operations(draws: &draws).map { .image($0) }
    case .floatJitter(let jitter): steps.append(.image(.colors(jitter.changes(draws: &draws))))
    case .randAugment(let augment):
      if augment.policy == .imgaug { steps += augment.framing(of: size, draws: &draws) }
      let operations = augment.operations(width: size.width, height: size.height, draws: &draws)
      steps += operations.map { .image($0, augment.policy.rules) }
    case .fixed(let operations, let rules): steps += operations.map { .image($0, rules) }
    case .erase(let erasing):
      if let erasure = erasing.erasure(width: size.width, height: size.height, draws: &draws) {
        steps.append(.erase(erasure))
      }
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
    case .resize(let box, let width, let height, let resampling, let isFlipped):
      steps[steps.count - 1] = .resize(box, width: width, height: height, resampling, isFlipped: !isFlipped)
    case .crop(let box, let isFlipped): steps[steps.count - 1] = .crop(box, isFlipped: !isFlipped)
    default: steps.append(.crop(CropBox(width: size.width, height: size.height), isFlipped: true))
    }
  }
}
