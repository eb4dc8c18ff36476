import Foundation
import SluiceAugment
import SluiceMedia

/// Colour conversion pixel by pixel in double precision: chroma sited left of its pixels and between their rows.
struct NaiveConversion {
  private let frame: VideoFrame
  private let planes: [[UInt8]]

  init(_ frame: VideoFrame) {
    self.frame = frame
    var rest = frame.packed()[...]
    planes = (0..<frame.layout.planeCount).map { plane in
      let size = frame.layout.planeSize(plane, width: frame.width, height: frame.height)
      defer { rest = rest.dropFirst(size.bytesPerRow * size.rows) }
      return Array(rest.prefix(size.bytesPerRow * size.rows))
    }
  }

  func color(x: Int, y: Int) -> [Double] {
    if frame.layout == .rgb { return (0..<3).map { Double(planes[0][(y * frame.width + x) * 3 + $0]) } }
    if frame.layout == .gray { return [Double](repeating: Double(planes[0][y * frame.width + x]), count: 3) }
    let isLimited = frame.color.range == .limited
    let luma = (Double(planes[0][y * frame.width + x]) - (isLimited ? 16 : 0)) * (isLimited ? 255.0 / 219 : 1)
    let scale = isLimited ? 255.0 / 224 : 1
    let u = (chroma(1, x, y) - 128) * scale
    let v = (chroma(2, x, y) - 128) * scale
    let (kr, kb): (Double, Double) =
      switch frame.color.matrix {
      case .bt601: (0.299, 0.114)
      case .bt709: (0.2126, 0.0722)
      case .bt2020: (0.2627, 0.0593)
      case .smpte240m: (0.212, 0.087)
      case .fcc: (0.30, 0.11)
      }
    let red = luma + 2 * (1 - kr) * v
    let blue = luma + 2 * (1 - kb) * u
    return [red, (luma - kr * red - kb * blue) / (1 - kr - kb), blue]
  }

  private func chroma(_ plane: Int, _ x: Int, _ y: Int) -> Double {
    let size = frame.layout.planeSize(plane, width: frame.width, height: frame.height)
    let column = size.bytesPerRow == frame.width && frame.layout == .yuv444 ? Double(x) : Double(x) / 2
    let row = frame.layout == .yuv420 ? (Double(y) - 0.5) / 2 : Double(y)
    func at(_ column: Double, _ row: Double) -> Double {
      let (column, row) = (min(max(Int(column), 0), size.bytesPerRow - 1), min(max(Int(row), 0), size.rows - 1))
      return Double(planes[plane][row * size.bytesPerRow + column])
    }
    let (left, top) = (floor(column), floor(row))
    let (right, down) = (column - left, row - top)
    return (1 - down) * ((1 - right) * at(left, top) + right * at(left + 1, top))
      + down * ((1 - right) * at(left, top + 1) + right * at(left + 1, top + 1))
  }
}

/// The weights of a resize on one axis, straight from the kernels' definitions.
struct NaiveTaps {
  /// For each output the inputs it is made of.
  let taps: [[(index: Int, weight: Double)]]

  init(_ length: Int, _ count: Int, _ filter: ResizeFilter, _ antialias: Bool) {
    let scale = Double(length) / Double(count)
    let stretch = antialias ? max(scale, 1) : 1
    let radius = filter == .bilinear ? 1.0 : 2.0
    taps = (0..<count).map { output in
      let center = (Double(output) + 0.5) * scale - 0.5
      var inputs: [(index: Int, weight: Double)] = []
      for index in Int(floor(center - radius * stretch)) - 1...Int(ceil(center + radius * stretch)) + 1 {
        let distance = abs(Double(index) - center) / stretch
        var weight = filter == .bilinear ? max(0, 1 - distance) : NaiveTaps.cubic(distance, antialias ? -0.5 : -0.75)
        // Antialiased kernels leave out what lies outside, and what their support's rounding excludes.
        if antialias {
          let support = radius * stretch
          let first = max(Int(center + 0.5 - support + 0.5), 0)
          let end = min(Int(center + 0.5 + support + 0.5), length)
          if index < first || index >= end { weight = 0 }
        }
        if weight != 0 { inputs.append((min(max(index, 0), length - 1), weight)) }
      }
      let sum = inputs.reduce(0) { $0 + $1.weight }
      return inputs.map { ($0.index, $0.weight / sum) }
    }
  }

  private static func cubic(_ x: Double, _ a: Double) -> Double {
    if x < 1 { return (a + 2) * x * x * x - (a + 3) * x * x + 1 }
    return x < 2 ? a * x * x * x - 5 * a * x * x + 8 * a * x - 4 * a : 0
  }
}
