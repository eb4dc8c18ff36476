import SluiceKernels
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
    SlidingWindow(kernel: [2, 3, 11], stride: [1, 2, 3], padding: [0, 1, 4]),
    SlidingWindow(kernel: [1, 2, 20], stride: [1, 4, 2], padding: [0, 0, 6]),
    SlidingWindow(kernel: [1, 1, 35], stride: [2, 2, 1], padding: [0, 0, 13]),
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

  /// Odd sizes, one line, one column, maps smaller than the kernel, several tiles of lines, several parts of outputs.
  @Test(arguments: [
    (2, 5, 7, 3, 4, 3), (1, 1, 9, 2, 5, 3), (3, 6, 1, 2, 3, 3), (1, 2, 2, 3, 2, 5), (2, 37, 11, 6, 9, 3),
    (1, 12, 14, 20, 300, 3), (2, 4, 5, 2, 3, 1), (5, 9, 64, 17, 3, 7),
  ])
  func theConvolutionOfCellsIsThatOfPlanes(
    batch: Int, height: Int, width: Int, channels: Int, outputs: Int, kernel: Int
  ) {
    let x = random([batch, height * width, channels])
    let (w, b) = (random([outputs, channels, kernel, kernel], "w"), random([outputs], "b"))
    let found = x.convolvedCells(w, bias: b, height: height, width: width)
    #expect(found.shape == [batch, height * width, outputs])
    let (xs, ws, bs, reach) = (x.floats, w.floats, b.floats, kernel / 2)
    var wanted: [Double] = []
    for sample in 0..<batch {
      for cell in 0..<height * width {
        for output in 0..<outputs {
          var sum = Double(bs[output])
          for (row, column) in (0..<kernel * kernel).map({ ($0 / kernel, $0 % kernel) }) {
            let (y, x) = (cell / width + row - reach, cell % width + column - reach)
            guard (0..<height).contains(y), (0..<width).contains(x) else { continue }
            for channel in 0..<channels {
              sum +=
                Double(xs[((sample * height + y) * width + x) * channels + channel])
                * Double(ws[((output * channels + channel) * kernel + row) * kernel + column])
            }
          }
          wanted.append(sum)
        }
      }
    }
    #expect(relativeError(found.floats, wanted) < 2e-6)
    let plain = x.convolvedCells(w, height: height, width: width)
    #expect(relativeError((plain + b).floats, wanted) < 2e-6)
  }

  @Test func theConvolutionOfCellsHasItsGradients() {
    let (x, w, b) = (random([2, 12, 3]), random([4, 3, 3, 3], "w"), random([4], "b"))
    checkGradients(of: [x, w, b], sample: 40) { $0[0].convolvedCells($0[1], bias: $0[2], height: 3, width: 4) }
  }

  @Test func anyNumberOfThreadsConvolvesTheSameCells() {
    for (batch, height, width, channels, outputs) in [(3, 40, 37, 8, 10), (1, 14, 14, 24, 512)] {
      let (x, w) = (random([batch, height * width, channels]), random([outputs, channels, 3, 3], "w"))
      let found = [1, 2, 5].map { threads in
        Compute(threadCount: threads).run { x.convolvedCells(w, height: height, width: width).floats }
      }
      #expect(found[1] == found[0] && found[2] == found[0])
    }
  }

  @Test(
    arguments: windows, [SLUICE_BFLOAT_LOOPS, SLUICE_BFLOAT_AVX512, SLUICE_BFLOAT_AMX].map { Int32($0) })
  func bfloatPatchEmbeddingIsThatOfRoundedNumbers(_ window: SlidingWindow, _ level: Int32) {
    sluice_bfloat_cap_thread(level)
    defer { sluice_bfloat_cap_thread(Int32(SLUICE_BFLOAT_AMX)) }
    let (size, planes, outputs) = ([4, 9, 12], 3, 37)
    func rounded(_ tensor: Tensor) -> Tensor { tensor.asBFloat16.floating }
    let x = rounded(random(Shape([2, planes] + size)))
    let w = rounded(random(Shape([outputs, planes] + window.kernel), "w"))
    let b = random([outputs], "b")
    let compute = Compute(threadCount: 1)
    func outcome(_ precision: Precision, _ video: Tensor) -> [[Float]] {
      compute.with(precision).run {
        let weight = Parameter("w", w)
        let tokens = video.convolvedToTokens(weight.value, bias: b, window: window)
        tokens.backward(from: rounded(random(tokens.shape, "dy")))
        return [tokens.floats, weight.gradient?.floats ?? []]
      }
    }
    let wanted = outcome(.float32, x).map { $0.map(Double.init) }
    for video in [x, x.asBFloat16] {
      let found = outcome(.bfloat16, video)
      #expect(relativeError(found[0], wanted[0]) < 2e-6)
      #expect(relativeError(found[1], wanted[1]) < 2e-6)
    }
  }

  @Test(arguments: [Int32(SLUICE_CPU_PORTABLE), Int32(SLUICE_CPU_AVX2), Int32(SLUICE_CPU_AVX512)])
  func patchEmbeddingIsTheSameOnAnyProcessor(_ level: Int32) {
    let (size, planes) = ([3, 19, 67], 2)
    let x = random(Shape([2, planes] + size))
    for (window, outputs) in [(Self.windows[5], 96), (Self.windows[0], 37), (Self.windows[6], 70)] {
      let (w, b) = (random(Shape([outputs, planes] + window.kernel), "w"), random([outputs], "b"))
      func outcome() -> [Float] {
        Compute(threadCount: 1).run { x.convolvedToTokens(w, bias: b, window: window).floats }
      }
      let wanted = outcome().map(Double.init)
      sluice_cpu_cap_thread(level)
      defer { sluice_cpu_cap_thread(Int32(SLUICE_CPU_AVX512)) }
      #expect(relativeError(outcome(), wanted) < 2e-6)
    }
  }

  @Test func anyNumberOfThreadsEmbedsTheSamePatches() {
    let window = SlidingWindow(kernel: [3, 7, 7], stride: [2, 4, 4], padding: [1, 3, 3])
    let x = random([3, 2, 5, 40, 37])
    for precision in [Precision.float32, .bfloat16] {
      let found = [1, 2, 5].map { threads in
        Compute(threadCount: threads).with(precision).run {
          let weight = Parameter("w", random([10, 2, 3, 7, 7], "w"))
          let tokens = x.convolvedToTokens(weight.value, window: window)
          tokens.backward(from: random(tokens.shape, "dy"))
          return tokens.floats + (weight.gradient?.floats ?? [])
        }
      }
      #expect(found[1] == found[0] && found[2] == found[0])
    }
  }
}
