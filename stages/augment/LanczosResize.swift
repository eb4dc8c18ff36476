internal import Glibc
package import SluiceSamples

/// A resize by Lanczos' kernel over eight neighbors on each axis, as OpenCV's `INTER_LANCZOS4` has it of 8-bit images.
///
/// Nothing is smoothed where frames shrink. Weights are parts of 2048, neighbors beyond the border are the border's own, and
/// a value is rounded once, behind both axes, to the nearest, half to even.
package struct LanczosResize: Sendable {
  private let rows: [Taps]
  private let columns: [Taps]
  private let height: Int
  private let width: Int

  /// What one output is made of.
  private struct Taps {
    let inputs: [Int]
    let weights: [Double]

    init(_ index: Int, of count: Int, from length: Int) {
      guard count != length else {
        (inputs, weights) = ([index], [1])
        return
      }
      let position = (Double(index) + 0.5) * Double(length) / Double(count) - 0.5
      let base = position.rounded(.down)
      let values = (-3...4).map { Taps.kernel(position - base - Double($0)) }
      let sum = values.reduce(0, +)
      inputs = (-3...4).map { min(max(Int(base) + $0, 0), length - 1) }
      weights = values.map { ($0 / sum * 2048).rounded(.toNearestOrEven) / 2048 }
    }

    /// - Source: Lanczos, "Applied analysis", 1956; four lobes.
    private static func kernel(_ distance: Double) -> Double {
      guard distance != 0 else { return 1 }
      let angle = Double.pi * distance
      return distance.magnitude < 4 ? sin(angle) / angle * sin(angle / 4) / (angle / 4) : 0
    }
  }

  package init(from input: PixelSize, to output: PixelSize) {
    rows = (0..<output.height).map { Taps($0, of: output.height, from: input.height) }
    columns = (0..<output.width).map { Taps($0, of: output.width, from: input.width) }
    (height, width) = (input.height, input.width)
  }

  /// Every frame of a clip resized.
  /// - Precondition: frames have the size that this was made for.
  package func callAsFunction(_ clip: PixelClip) -> PixelClip {
    precondition(clip.height == height && clip.width == width, "a resize of frames of another size")
    let line = 3 * width
    var sums = [Double](repeating: 0, count: line)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(clip.frameCount * rows.count * columns.count * 3)
    for frame in 0..<clip.frameCount {
      for row in rows {
        for index in sums.indices { sums[index] = 0 }
        for (input, weight) in zip(row.inputs, row.weights) {
          let start = (frame * height + input) * line
          for index in 0..<line { sums[index] += weight * Double(clip.bytes[start + index]) }
        }
        for column in columns {
          for color in 0..<3 {
            var value = 0.0
            for tap in column.inputs.indices { value += column.weights[tap] * sums[3 * column.inputs[tap] + color] }
            bytes.append(UInt8(min(max(value.rounded(.toNearestOrEven), 0), 255)))
          }
        }
      }
    }
    return PixelClip(frameCount: clip.frameCount, height: rows.count, width: columns.count, bytes: bytes)
  }
}
