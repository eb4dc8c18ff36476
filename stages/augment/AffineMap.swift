internal import Glibc
internal import SluiceKernels

/// Where each pixel of a frame moved by Pillow's rules comes from.
struct AffineMap: Sendable {
  private let matrix: sluice_affine

  /// - Returns: `nil` for operations that move nothing.
  init?(_ operation: ImageOperation, width: Int, height: Int) {
    var (a, b, c, d, e, f) = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    switch operation {
    case .shearX(let amount): b = amount
    case .shearY(let amount): d = amount
    case .translateX(let amount): c = -amount
    case .translateY(let amount): f = -amount
    case .rotate(let degrees):
      // Rounded to fifteen places, so that right angles are exact.
      func rounded(_ value: Double) -> Double { (value * 1e15).rounded() / 1e15 }
      let angle = -degrees * .pi / 180
      (a, b) = (rounded(cos(angle)), rounded(sin(angle)))
      (d, e) = (-b, a)
      let (middleX, middleY) = (Double(width) / 2, Double(height) / 2)
      c = -middleX * a - middleY * b + middleX
      f = -middleX * d - middleY * e + middleY
    case .brightness, .contrast, .saturation, .sharpness, .hue, .posterize, .solarize, .solarizeAdd, .invert,
      .autoContrast, .equalize, .colors, .cutout, .blur:
      return nil
    }
    matrix = sluice_affine(a: a, b: b, c: c, d: d, e: e, f: f)
  }

  /// Moves three planes; what comes from outside is gray.
  func apply(
    to planes: UnsafePointer<UInt8>, width: Int, height: Int, out: UnsafeMutablePointer<UInt8>,
    spare: PixelScratch<UInt8>
  ) {
    let area = width * height
    let scratch = unsafe spare.room(sluice_affine_scratch(Int32(width), Int32(height)))
    unsafe withUnsafePointer(to: matrix) { matrix in
      for color in 0..<3 {
        unsafe sluice_affine_cubic(
          planes + color * area, Int32(width), Int32(height), matrix, 128, out + color * area, scratch)
      }
    }
  }
}
