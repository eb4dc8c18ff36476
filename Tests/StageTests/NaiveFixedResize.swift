import Foundation
import SluiceAugment

/// Resizes of one plane in whole numbers, output by output: the oracle of the kernels.
struct NaiveFixedResize {
  private let resampling: Resampling
  private let (width, height, wide, tall): (Int, Int, Int, Int)

  init(_ resampling: Resampling, width: Int, height: Int, wide: Int, tall: Int) {
    self.resampling = resampling
    (self.width, self.height, self.wide, self.tall) = (width, height, wide, tall)
  }

  func resized(_ plane: [Int]) -> [Int] {
    let (across, down) = ((0..<wide).map { taps($0, width, wide) }, (0..<tall).map { taps($0, height, tall) })
    let isPillow = resampling != .openCVBilinear
    var lines = [Int](repeating: 0, count: height * wide)
    for y in 0..<height {
      for x in 0..<wide {
        let sum = across[x].reduce(0) { $0 + plane[y * width + $1.index] * $1.weight }
        lines[y * wide + x] = isPillow ? byte((sum + (1 << 21)) >> 22) : sum
      }
    }
    return (0..<tall * wide).map { place in
      let (y, x) = (place / wide, place % wide)
      if isPillow {
        return byte((down[y].reduce(0) { $0 + lines[$1.index * wide + x] * $1.weight } + (1 << 21)) >> 22)
      }
      return byte((down[y].reduce(2) { $0 + ((lines[$1.index * wide + x] >> 4) * $1.weight) >> 16 }) >> 2)
    }
  }

  private func byte(_ value: Int) -> Int { min(max(value, 0), 255) }

  private func taps(_ output: Int, _ length: Int, _ count: Int) -> [(index: Int, weight: Int)] {
    let scale = Double(length) / Double(count)
    if resampling == .openCVBilinear {
      let position = Float((Double(output) + 0.5) * scale - 0.5)
      let part = position - floor(position)
      let index = Int(floor(position))
      if index < 0 { return [(0, 2048)] }
      if index >= length - 1 { return [(length - 1, 2048)] }
      return [(index, Int(rint((1 - part) * 2048))), (index + 1, Int(rint(part * 2048)))]
    }
    let stretch = max(scale, 1)
    let center = (Double(output) + 0.5) * scale
    let support = (resampling == .pillowBilinear ? 1 : 2) * stretch
    let first = max(Int(center - support + 0.5), 0)
    let end = min(Int(center + support + 0.5), length)
    let weights = (first..<end).map { kernel(abs((Double($0) - center + 0.5) / stretch)) }
    let sum = weights.reduce(0, +)
    return zip(first..<end, weights).map { index, weight in
      let part = weight / sum * 4_194_304
      return (index, Int(part < 0 ? part - 0.5 : part + 0.5))
    }
  }

  private func kernel(_ distance: Double) -> Double {
    if resampling == .pillowBilinear { return max(0, 1 - distance) }
    let a = -0.5
    if distance < 1 { return ((a + 2) * distance - (a + 3)) * distance * distance + 1 }
    return distance < 2 ? a * (((distance - 5) * distance + 8) * distance - 4) : 0
  }
}
