internal import SluiceTensor

extension OpsRun {
  func elements() {
    for (rows, columns) in [(1568, 768), (25088, 128)] {
      let x = parameter([rows, columns])
      let (w, b) = (Parameter("w", .full([columns], 1)), Parameter("b", .zeros([columns])))
      withoutGradients {
        add("elem", "layer_norm \(rows)x\(columns) fwd", bytes: 2 * rows * columns * size) {
          _ = x.value.layerNorm(w.value, b.value, epsilon: 1e-5)
        }
      }
      let g = random([rows, columns])
      backwardAlone("layer_norm \(rows)x\(columns) bwd", bytes: 3 * rows * columns * size, [x, w, b], g) {
        x.value.layerNorm(w.value, b.value, epsilon: 1e-5)
      }
    }
    let x = parameter([1568, 3072])
    withoutGradients {
      add("elem", "gelu(erf) 1568x3072 fwd", bytes: 2 * x.shape.count * size) { _ = x.value.activated(.gelu) }
    }
    backwardAlone("gelu(erf) 1568x3072 bwd", bytes: 3 * x.shape.count * size, [x], random(x.shape)) {
      x.value.activated(.gelu)
    }
    let scores = random([12, 1568, 1568])
    withoutGradients {
      add("elem", "softmax 12x1568x1568 fwd", bytes: 2 * scores.count * size) { _ = scores.softmax() }
      let (one, two) = (random([1568, 768]), random([1568, 768]))
      add("elem", "residual add 1568x768", bytes: 3 * one.count * size) { _ = one + two }
    }
    let logits = parameter([1176, 8192])
    let labels = (0..<1176).map { $0 * 6151 % 8192 }
    add("elem", "cross_entropy 1176x8192 fwd+bwd", bytes: 3 * logits.shape.count * size) {
      backward([logits]) { logits.value.crossEntropy(labels: labels) }
    }
  }

  /// The backward pass without its forward pass: records are made first, one for each run.
  private func backwardAlone(
    _ op: String, bytes: Int, _ parameters: [Parameter], _ gradient: Tensor, _ body: () -> Tensor
  ) {
    var records = (0..<101).map { _ in body() }
    add("elem", op, bytes: bytes) {
      records.removeLast().backward(from: gradient)
      for parameter in parameters { parameter.gradient = nil }
    }
  }

  func memory() {
    let count = (isQuick ? 16 : 48) << 20
    let (a, b, c) = (Tensor.zeros([count]), Tensor.full([count], 1), Tensor.full([count], 1))
    add("mem", "triad a=b+s*c (read 2, write 1)", bytes: 12 * count) { MemoryStream.triad(a, b, c, factor: 3) }
  }

  func adamW() {
    let total = isQuick ? 12_000_000 : 42_000_000
    var (left, sizes) = (total, [Int]())
    let block = [768 * 3072, 768 * 3072, 768 * 2304, 768 * 768, 768, 3072]
    while left > 0 {
      sizes.append(block[sizes.count % block.count])
      left -= sizes[sizes.count - 1]
    }
    let memories = sizes.map { size in
      (parameter([size]), random([size]), Parameter("m", .zeros([size])), Parameter("v", .zeros([size])))
    }
    let count = sizes.reduce(0, +)
    var step = AdamWUpdate(rate: 1e-4, weightDecay: 0.01, count: 1)
    for name in ["fused", "foreach", "for-loop"] {
      add("adamw", "AdamW \(name) \((count + 500_000) / 1_000_000)M (28 B/param)", bytes: 28 * count) {
        for (parameter, gradient, first, second) in memories {
          parameter.update(step, gradient: gradient, first: first, second: second)
        }
        step.count += 1
      }
    }
  }

  func convolutions() {
    let video = random([1, 3, 16, 224, 224])
    embedding(
      "patch embed 2x16x16 -> 768", video, outputs: 768,
      SlidingWindow(kernel: [2, 16, 16], stride: [2, 16, 16], padding: [0, 0, 0]), flop: 2 * 1568 * 768 * 1536)
    embedding(
      "MViT stem 3x7x7/2x4x4 -> 96", video, outputs: 96,
      SlidingWindow(kernel: [3, 7, 7], stride: [2, 4, 4], padding: [1, 3, 3]), flop: 2 * 25088 * 96 * 441)
    for (batch, stride, side, out, note) in [
      (1, [1, 8, 8], 56, 392, ""), (4, [1, 2, 2], 14, 392, ""), (8, [1, 1, 1], 7, 392, ""),
      (2, [1, 2, 2], 56, 6272, " (q)"),
    ] {
      let window = SlidingWindow(kernel: [3, 3, 3], stride: stride, padding: [1, 1, 1])
      let channels = batch == 1 || batch == 2 ? "\(batch == 2 ? "2x" : "")96ch" : "\(batch)x96ch"
      let steps = stride == [1, 1, 1] ? "s1,1,1" : "s" + stride.map(String.init).joined(separator: ",")
      let name = "depthwise 3x3x3 \(steps) \(channels) 8x\(side)x\(side)\(note)"
      let flop = 2 * 27 * batch * 96 * out
      let (x, w) = (
        parameter([1, 8 * side * side, batch * 96]), Parameter("w", random([96, 1, 3, 3, 3]))
      )
      let grid = [8, side, side]
      func run() -> Tensor { x.value.depthwiseConvolution(w.value, grid: grid, window: window, leading: 0) }
      withoutGradients { add("conv", name + " fwd", flop: flop) { _ = run() } }
      add("conv", name + " fwd+bwd", flop: 3 * flop) { backward([x, w]) { run() } }
    }
    let tokens = random([1, 8 * 56 * 56, 192])
    let window = SlidingWindow(kernel: [1, 3, 3], stride: [1, 2, 2], padding: [0, 1, 1])
    withoutGradients {
      add(
        "conv", "max_pool3d 1x3x3/1x2x2 192ch 8x56x56 fwd",
        bytes: tokens.count * size * 5 / 4
      ) {
        _ = tokens.maxPooled(grid: [8, 56, 56], window: window, leading: 0)
      }
    }
    maps()
  }

  /// The convolution of the dVAE that takes the most: there is one layout here, and the peer has two.
  private func maps() {
    let (side, inputs, outputs) = (112, 256, 64)
    let (cells, weight) = (random([4, side * side, inputs]), random([outputs, inputs, 3, 3]))
    withoutGradients {
      for layout in ["nchw", "nhwc"] {
        add(
          "conv", "dVAE 3x3 \(inputs)->\(outputs) \(side)x\(side) b4 \(layout)",
          flop: 2 * 4 * side * side * outputs * inputs * 9
        ) {
          _ = cells.convolvedCells(weight, height: side, width: side)
        }
      }
    }
  }

  private func embedding(_ name: String, _ video: Tensor, outputs: Int, _ window: SlidingWindow, flop: Int) {
    let w = Parameter("w", random(Shape([outputs, 3] + window.kernel)))
    withoutGradients {
      add("conv", name + " fwd", flop: flop) { _ = video.convolvedToTokens(w.value, window: window) }
    }
    add("conv", name + " fwd+bwd", flop: 2 * flop) {
      backward([w]) { video.convolvedToTokens(w.value, window: window) }
    }
  }
}
