internal import Glibc

/// Where each pixel of a moved picture comes from, as runs of neighbours; nearest pixel, nothing from outside.
struct WarpMap: Sendable {
  /// Triples: the first pixel of a run, where it comes from, how many follow.
  private(set) var runs: [Int32] = []

  /// - Returns: `nil` for operations that move nothing.
  init?(_ operation: ImageOperation, width: Int, height: Int) {
    switch operation {
    case .shearX(let amount):
      self.init(width, height) { x, y in (Double(x) + amount * (Double(y) + 0.5), Double(y)) }
    case .shearY(let amount):
      self.init(width, height) { x, y in (Double(x), Double(y) + amount * (Double(x) + 0.5)) }
    case .translateX(let amount):
      self.init(width, height) { x, y in (Double(x) - amount.rounded(.towardZero), Double(y)) }
    case .translateY(let amount):
      self.init(width, height) { x, y in (Double(x), Double(y) - amount.rounded(.towardZero)) }
    case .rotate(let degrees):
      let (sine, cosine) = (sin(degrees * .pi / 180), cos(degrees * .pi / 180))
      let (middleX, middleY) = (Double(width - 1) / 2, Double(height - 1) / 2)
      self.init(width, height) { x, y in
        let (right, down) = (Double(x) - middleX, Double(y) - middleY)
        return (right * cosine - down * sine + middleX, right * sine + down * cosine + middleY)
      }
    default: return nil
    }
  }

  private init(_ width: Int, _ height: Int, from source: (Int, Int) -> (Double, Double)) {
    for y in 0..<height {
      for x in 0..<width {
        let (sourceX, sourceY) = source(x, y)
        let column = sourceX.rounded(.toNearestOrEven)
        let row = sourceY.rounded(.toNearestOrEven)
        guard column >= 0, column < Double(width), row >= 0, row < Double(height) else { continue }
        append(Int32(y * width + x), from: Int32(Int(row) * width + Int(column)))
      }
    }
  }

  private mutating func append(_ to: Int32, from: Int32) {
    let last = runs.count - 3
    if last >= 0, runs[last] + runs[last + 2] == to, runs[last + 1] + runs[last + 2] == from {
      runs[last + 2] += 1
    } else {
      runs += [to, from, 1]
    }
  }
}
