internal import SluiceKernels

extension ImageOperation {
  /// Changes the colors of one frame in place by torchvision's rules; operations that move pixels are a ``WarpMap``.
  /// - Parameters:
  ///   - planes: three of `width * height` bytes.
  ///   - soft: scratch memory.
  func apply(to planes: UnsafeMutablePointer<UInt8>, width: Int, height: Int, soft: PixelScratch<UInt8>) {
    let area = width * height
    switch self {
    case .brightness(let factor): unsafe sluice_blend_constant(planes, 3 * area, Float(factor), 0, 0)
    case .contrast(let factor):
      let mean = unsafe Float(Double(sluice_luma_sum(planes, area)) / Double(area))
      unsafe sluice_blend_constant(planes, 3 * area, Float(factor), Float(1 - factor), mean)
    case .saturation(let factor): unsafe sluice_blend_luma(planes, area, Float(factor), Float(1 - factor))
    case .sharpness(let factor):
      for color in 0..<3 {
        unsafe sluice_blend_soft(
          planes + color * area, Int32(width), Int32(height), Float(factor), Float(1 - factor), soft.room(area))
      }
    case .hue(let turn): unsafe sluice_shift_hue(planes, area, Float(turn))
    case .posterize(let bits):
      unsafe sluice_mask_bits(planes, 3 * area, UInt8(truncatingIfNeeded: 0xFF00 >> bits))
    case .solarize(let threshold): unsafe sluice_solarize(planes, 3 * area, Float(threshold))
    case .solarizeAdd(let amount):
      unsafe lookUp(planes, count: 3 * area) { $0 < 128 ? UInt8(clamping: Int($0) + amount) : $0 }
    case .invert: unsafe lookUp(planes, count: 3 * area) { 255 - $0 }
    case .autoContrast:
      for color in 0..<3 { unsafe sluice_stretch(planes + color * area, area) }
    case .equalize:
      for color in 0..<3 { unsafe equalize(planes + color * area, count: area) }
    case .colors(let changes): unsafe ColorChange.apply(changes, to: planes, count: area)
    case .cutout(let box):
      for row in 0..<3 * box.height {
        let (color, y) = (row / box.height, box.top + row % box.height)
        unsafe (planes + color * area + y * width + box.left).update(repeating: 128, count: box.width)
      }
    case .blur:
      for color in 0..<3 {
        unsafe sluice_pillow_blur(planes + color * area, Int32(width), Int32(height), soft.room(area))
      }
    case .shearX, .shearY, .translateX, .translateY, .rotate: break
    }
  }

  /// Replaces each byte by what `value` gives for it.
  func lookUp(_ bytes: UnsafeMutablePointer<UInt8>, count: Int, _ value: (UInt8) -> UInt8) {
    let table = (0...255).map { value(UInt8($0)) }
    unsafe table.withUnsafeBufferPointer { unsafe sluice_lookup(bytes, count, $0.baseAddress) }
  }

  private func equalize(_ plane: UnsafeMutablePointer<UInt8>, count: Int) {
    var counts = [UInt32](repeating: 0, count: 256)
    unsafe counts.withUnsafeMutableBufferPointer { unsafe sluice_histogram(plane, count, $0.baseAddress) }
    let highest = counts.lastIndex { $0 > 0 } ?? 0
    let step = (count - Int(counts[highest])) / 255
    guard step > 0 else { return }
    var table = [UInt8](repeating: 0, count: 256)
    var below = 0
    for value in 1..<256 {
      below += Int(counts[value - 1])
      table[value] = UInt8(min((below + step / 2) / step, 255))
    }
    unsafe table.withUnsafeBufferPointer { unsafe sluice_lookup(plane, count, $0.baseAddress) }
  }
}
