import SluiceTensor
import Testing

@Suite struct ConvolutionTests {
  static let windows = [
    SlidingWindow(kernel: [3, 3, 3], stride: [1, 2, 2], padding: [1, 1, 1]),
    SlidingWindow(kernel: [3, 3, 3], stride: [1, 8, 8], padding: [1, 1, 1]),
    SlidingWindow(kernel: [3, 3, 3], stride: [1, 1, 1], padding: [1, 1, 1]),
    SlidingWindow(kernel: [1, 3, 3], stride: [1, 2, 2], padding: [0, 1, 1]),
    SlidingWindow(kernel: [2, 4, 4], stride: [2, 4, 4], padding: [0, 0, 0]),
    SlidingWindow(kernel: [3, 7, 7], stride: [2, 4, 4], padding: [1, 3, 3]),
  ]

  /// For each output place of `window` over `size`: (output row, kernel place, input row).
  private func contacts(_ window: SlidingWindow, _ size: [Int]) -> [(Int, Int, Int)] {
    let result = window.result(of: size)
    var all: [(Int, Int, Int)] = []
    for t in 0..<result[0] {
      for y in 0..<result[1] {
        for x in 0..<result[2] {
          for a in 0..<window.kernel[0] {
            for b in 0..<window.kernel[1] {
              for c in 0..<window.kernel[2] {
                let at = [(t, a), (y, b), (x, c)].enumerated().map {
                  $1.0 * window.stride[$0] - window.padding[$0] + $1.1
                }
                guard zip(at, size).allSatisfy({ 0 <= $0 && $0 < $1 }) else { continue }
                all.append(
                  (
                    (t * result[1] + y) * result[2] + x, (a * window.kernel[1] + b) * window.kernel[2] + c,
                    (at[0] * size[1] + at[1]) * size[2] + at[2]
                  ))
              }
            }
          }
        }
      }
    }
    return all
  }

  @Test(arguments: windows) func depthwiseConvolutionEqualsItsDefinition(_ window: SlidingWindow) {
    for (head, heads, leading) in [(3, 2, 1), (96, 1, 1), (40, 2, 0)] {
      let (grid, channels) = ([3, 9, 10], head * heads)
      let (tokens, places) = (leading + grid.reduce(1, *), window.kernel.reduce(1, *))
      let x = random([2, tokens, channels])
      let w = random(Shape([head, 1] + window.kernel), "w")
      let found = x.depthwiseConvolution(w, grid: grid, window: window, leading: leading)
      let results = window.result(of: grid).reduce(1, *)
      #expect(found.shape == [2, leading + results, channels])
      var wanted = [Double](repeating: 0, count: found.count)
      let (xs, ws) = (x.floats, w.floats)
      for sample in 0..<2 {
        for row in 0..<leading {
          for c in 0..<channels {
            wanted[(sample * (leading + results) + row) * channels + c] = Double(
              xs[(sample * tokens + row) * channels + c])
          }
        }
        for (row, place, from) in contacts(window, grid) {
          for c in 0..<channels {
            wanted[(sample * (leading + results) + leading + row) * channels + c] +=
              Double(xs[(sample * tokens + leading + from) * channels + c]) * Double(ws[c % head * places + place])
          }
        }
      }
      #expect(relativeError(found.floats, wanted) < 2e-6)
      checkGradients(of: [x, w], sample: 25) {
        $0[0].depthwiseConvolution($0[1], grid: grid, window: window, leading: leading)
      }
    }
  }

  @Test func maxPoolingKeepsTheLargestAndSendsItsGradientThere() {
    let window = SlidingWindow(kernel: [1, 3, 3], stride: [1, 2, 2], padding: [0, 1, 1])
    let (grid, channels) = ([2, 7, 6], 5)
    let x = random([2, 1 + 84, channels])
    let found = x.maxPooled(grid: grid, window: window, leading: 1)
    let results = window.result(of: grid).reduce(1, *)
    var wanted = [Float](repeating: -.infinity, count: found.count)
    for sample in 0..<2 {
      for c in 0..<channels {
        wanted[sample * (1 + results) * channels + c] = x.floats[sample * 85 * channels + c]
        for (row, _, from) in contacts(window, grid) {
          let place = (sample * (1 + results) + 1 + row) * channels + c
          wanted[place] = max(wanted[place], x.floats[(sample * 85 + 1 + from) * channels + c])
        }
      }
    }
    #expect(found.floats == wanted)
    // Numbers far enough apart that the steps of the differences change no winner.
    let apart = Tensor((0..<85 * 3).map { Float($0 * 7919 % 255) / 4 }, shape: [1, 85, 3])
    checkGradients(of: [apart], tolerance: 1e-2) { $0[0].maxPooled(grid: grid, window: window, leading: 1) }
  }

  @Test(arguments: windows) func patchEmbeddingEqualsItsDefinition(_ window: SlidingWindow) {
    let (size, planes, outputs) = ([4, 9, 12], 3, 5)
    let x = random(Shape([2, planes] + size))
    let (w, b) = (random(Shape([outputs, planes] + window.kernel), "w"), random([outputs], "b"))
    let found = x.convolvedToTokens(w, bias: b, window: window)
    let (results, places) = (window.result(of: size).reduce(1, *), window.kernel.reduce(1, *))
    #expect(found.shape == [2, results, outputs])
    let (xs, ws, bs) = (x.floats, w.floats, b.floats)
    var wanted = (0..<found.count).map { Double(bs[$0 % outputs]) }
    for sample in 0..<2 {
      for (row, place, from) in contacts(window, size) {
        for plane in 0..<planes {
          for output in 0..<outputs {
            wanted[(sample * results + row) * outputs + output] +=
              Double(xs[(sample * planes + plane) * size.reduce(1, *) + from])
              * Double(ws[(output * planes + plane) * places + place])
          }
        }
      }
    }
    #expect(relativeError(found.floats, wanted) < 2e-6)
    checkGradients(of: [x, w, b], sample: 25) { $0[0].convolvedToTokens($0[1], bias: $0[2], window: window) }
  }
}
