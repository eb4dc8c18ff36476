internal import SluiceKernels

extension ImageOperation {
  /// Changes the colors of one frame in place by Pillow's rules; operations that move pixels are an ``AffineMap``.
  /// - Parameters:
  ///   - planes: three of `width * height` bytes.
  ///   - soft: scratch memory.
  /// - Source: Pillow, `ImageEnhance` and `ImageOps`.
  func applyPillow(to planes: UnsafeMutablePointer<UInt8>, width: Int, height: Int, soft: PixelScratch<UInt8>) {
    let area = width * height
    switch self {
    case .brightness(let factor): unsafe blend(planes, count: 3 * area, against: 0, factor: Float(factor))
    case .contrast(let factor):
      let mean = unsafe Double(sluice_pillow_luma_sum(planes, area)) / Double(area)
      unsafe blend(planes, count: 3 * area, against: Float((mean + 0.5).rounded(.down)), factor: Float(factor))
    case .saturation(let factor): unsafe sluice_pillow_blend_luma(planes, area, Float(factor))
    case .sharpness(let factor):
      for color in 0..<3 {
        unsafe sluice_pillow_blend_soft(
          planes + color * area, Int32(width), Int32(height), Float(factor), soft.room(area))
      }
    case .autoContrast:
      for color in 0..<3 { unsafe stretch(planes + color * area, count: area) }
    // Both libraries agree on these.
    case .hue, .posterize, .solarize, .solarizeAdd, .invert, .equalize, .colors, .cutout, .blur:
      unsafe apply(to: planes, width: width, height: height, soft: soft)
    case .shearX, .shearY, .translateX, .translateY, .rotate: break
    }
  }

  private func blend(_ bytes: UnsafeMutablePointer<UInt8>, count: Int, against other: Float, factor: Float) {
    unsafe lookUp(bytes, count: count) { UInt8(min(max(other + factor * (Float($0) - other), 0), 255)) }
  }

  private func stretch(_ plane: UnsafeMutablePointer<UInt8>, count: Int) {
    var counts = [UInt32](repeating: 0, count: 256)
    unsafe counts.withUnsafeMutableBufferPointer { unsafe sluice_histogram(plane, count, $0.baseAddress) }
    guard let least = counts.firstIndex(where: { $0 > 0 }), let most = counts.lastIndex(where: { $0 > 0 }),
      most > least
    else { return }
    let scale = 255 / Double(most - least)
    let offset = -Double(least) * scale
    unsafe lookUp(plane, count: count) { UInt8(min(max(Double($0) * scale + offset, 0), 255)) }
  }
}
