internal import Glibc
internal import SluiceKernels

/// Where each pixel of a moved frame comes from, as runs of neighbors; nearest pixel, nothing from outside.
struct WarpMap: Sendable {
  /// Triples that cover the frame in order: the first pixel of a run, where it comes from or -1, how many follow.
  private(set) var runs: [Int32] = []

  /// - Returns: `nil` for operations that move nothing.
  init?(_ operation: ImageOperation, width: Int, height: Int) {
    switch operation {
    case .shearX(let amount):
      self.init(width, height) { y in
        sluice_warp(
          origin_x: 0, step_x: 1, shift_x: -amount * (Double(y) + 0.5), origin_y: 0, step_y: 0, shift_y: -Double(y))
      }
    case .shearY(let amount):
      self.init(width, height) { y in
        sluice_warp(
          origin_x: 0, step_x: 1, shift_x: 0, origin_y: 0, step_y: amount, shift_y: -(Double(y) + 0.5 * amount))
      }
    case .translateX(let amount):
      self.init(width, height) { y in
        sluice_warp(
          origin_x: 0, step_x: 1, shift_x: amount.rounded(.towardZero), origin_y: 0, step_y: 0, shift_y: -Double(y))
      }
    case .translateY(let amount):
      self.init(width, height) { y in
        sluice_warp(
          origin_x: 0, step_x: 1, shift_x: 0, origin_y: 0, step_y: 0, shift_y: amount.rounded(.towardZero) - Double(y))
      }
    case .rotate(let degrees):
      let (sine, cosine) = (sin(degrees * .pi / 180), cos(degrees * .pi / 180))
      let (middleX, middleY) = (Double(width - 1) / 2, Double(height - 1) / 2)
      self.init(width, height) { y in
        let down = Double(y) - middleY
        return sluice_warp(
          origin_x: middleX, step_x: cosine, shift_x: down * sine, origin_y: middleY, step_y: sine,
          shift_y: -down * cosine)
      }
    default: return nil
    }
  }

  private init(_ width: Int, _ height: Int, row: (Int) -> sluice_warp) {
    var sources = [Int32](repeating: 0, count: width)
    for y in 0..<height {
      unsafe withUnsafePointer(to: row(y)) { unsafe sluice_warp_row($0, Int32(width), Int32(height), &sources) }
      append(sources, from: Int32(y * width))
    }
  }

  private mutating func append(_ sources: [Int32], from start: Int32) {
    var first = 0
    while first < sources.count {
      var end = first + 1
      let step: Int32 = sources[first] < 0 ? 0 : 1
      while end < sources.count, sources[end] == sources[end - 1] + step { end += 1 }
      runs += [start + Int32(first), sources[first], Int32(end - first)]
      first = end
    }
  }
}
