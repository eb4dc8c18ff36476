internal import SluicePlatform
internal import SluiceTensor

/// Runs the groups of operations and collects their rows.
final class OpsRun {
  static let groups = ["gemm", "sdpa", "elem", "mem", "adamw", "conv"]

  let threads: Int
  let precision: Precision
  let seconds: Double
  let isQuick: Bool
  var rows: [OpsRow] = []

  /// Bytes of a number.
  var size: Int { precision == .bfloat16 ? 2 : 4 }

  init(threads: Int, precision: Precision, seconds: Double, isQuick: Bool) {
    self.threads = threads
    self.precision = precision
    self.seconds = seconds
    self.isQuick = isQuick
  }

  func run(_ group: String) {
    switch group {
    case "gemm": products()
    case "sdpa": attention()
    case "elem": elements()
    // Memory and optimizer are single precision's.
    case "mem": if precision == .float32 { memory() }
    case "adamw": if precision == .float32 { adamW() }
    default: convolutions()
    }
  }

  func add(_ group: String, _ op: String, flop: Int? = nil, bytes: Int? = nil, _ body: () -> Void) {
    let timings = Timings.measure(seconds: seconds, least: 3, body)
    let best = threads > 1 ? timings.least : min(timings.least, timings.processors.min() ?? .infinity)
    func rate(_ amount: Int?) -> Double? { amount.map { (Double($0) / best / 1e7).rounded() / 100 } }
    let row = OpsRow(
      group: group, op: op, precision: precision.shortName, threads: threads, median_s: timings.median,
      min_s: timings.least,
      max_s: timings.most, min_cpu_s: timings.processors.min() ?? 0, reps: timings.walls.count, gflops: rate(flop),
      gbps: rate(bytes))
    rows.append(row)
    let speed = row.gflops.map { "\($0) GFLOP/s" } ?? row.gbps.map { "\($0) GB/s" } ?? ""
    let name = op.count < 56 ? op + String(repeating: " ", count: 56 - op.count) : op
    print("\(group)\t\(name) \(precision.shortName) th\(threads)  \((best * 1e6).rounded() / 1e3) ms  \(speed)")
  }

  /// Reproducible numbers around 0, in the precision measured.
  func random(_ shape: Shape) -> Tensor {
    let numbers = Tensor(shape) { span in
      var state: UInt32 = 12345
      for index in span.indices {
        state = state &* 1_664_525 &+ 1_013_904_223
        span[index] = Float(Int32(bitPattern: state)) * 0x1p-31
      }
    }
    return precision == .bfloat16 ? numbers.asBFloat16 : numbers
  }

  func parameter(_ shape: Shape) -> Parameter { Parameter("x", random(shape)) }

  /// Forward with a record, then backward from ones.
  func backward(_ parameters: [Parameter], _ body: () -> Tensor) {
    let result = body()
    result.backward(from: .full(result.shape, 1))
    for parameter in parameters { parameter.gradient = nil }
  }

  private func products() {
    var shapes = [
      ("ViT-B qkv", 1568, 768, 2304), ("ViT-B proj", 1568, 768, 768), ("ViT-B fc1", 1568, 768, 3072),
      ("ViT-B fc2", 1568, 3072, 768), ("VideoMAE enc fc1, 160 tok", 160, 768, 3072),
      ("VideoMAE dec fc1", 1568, 384, 1536),
      ("Swin-B s1 qkv", 25088, 128, 384), ("Swin-B s3 fc1", 1568, 512, 2048), ("Swin-B s4 fc1", 392, 1024, 4096),
      ("BEVT head, masked tok", 1176, 1024, 8192), ("MViT s1 fc1", 25089, 96, 384), ("MViT s2 fc1", 6273, 192, 768),
      ("CLIP B/32 fc1", 400, 768, 3072),
    ]
    if isQuick { shapes = Array(shapes[2..<4]) }
    for (name, m, k, n) in shapes {
      let (x, w, g) = (random([m, k]), random([n, k]), random([m, n]))
      let flop = 2 * m * k * n
      withoutGradients {
        add("gemm", "\(name) Y=X W^T  M\(m) K\(k) N\(n)", flop: flop) { _ = x.linear(w) }
      }
      guard ["ViT-B fc1", "MViT s1 fc1", "VideoMAE enc fc1, 160 tok"].contains(name) else { continue }
      add("gemm", "\(name) dX=dY W", flop: flop) { _ = LinearGradients.input(g, weight: w) }
      add("gemm", "\(name) dW=dY^T X", flop: flop) { _ = LinearGradients.weight(g, input: x) }
    }
  }

  private func attention() {
    var shapes = [
      ("ViT joint", 1, 12, 1568, 1568, 64, false), ("spatial, 8 frames", 8, 12, 197, 197, 64, false),
      ("temporal, 196 x 8 frames", 196, 12, 8, 8, 64, false), ("Swin window s1 + bias", 64, 4, 392, 392, 32, true),
      ("Swin window s3 + bias", 4, 16, 392, 392, 32, true), ("MViT s1 pooled kv", 1, 1, 25089, 393, 96, false),
      ("MViT s3 pooled kv", 1, 4, 1569, 393, 96, false), ("VideoMAE enc", 1, 12, 160, 160, 64, false),
    ]
    if isQuick { shapes = Array(shapes[..<2]) }
    for (name, b, h, n, m, d, hasBias) in shapes {
      let inputs = [parameter([b, n, h * d]), parameter([b, m, h * d]), parameter([b, m, h * d])]
      let bias = hasBias ? Parameter("bias", random([1, h, n, m])) : nil
      let flop = 4 * b * h * n * m * d
      func run(learnsBias: Bool) -> Tensor {
        .attention(
          queries: inputs[0].value, keys: inputs[1].value, values: inputs[2].value, headCount: h,
          bias: learnsBias ? bias?.value : nil, mask: learnsBias ? nil : bias?.value)
      }
      let shape = "\(name) b\(b) h\(h) \(n)x\(m) d\(d)"
      // The peer's fused attention takes a bias without a gradient; that of its other form has one.
      for (form, learnsBias) in [("fused", false), ("matmul, softmax", true)] {
        withoutGradients { add("sdpa", "\(shape) fwd (\(form))", flop: flop) { _ = run(learnsBias: learnsBias) } }
        let learned = inputs + (learnsBias ? [bias].compactMap(\.self) : [])
        add("sdpa", "\(shape) fwd+bwd (\(form))", flop: 3 * flop) { backward(learned) { run(learnsBias: learnsBias) } }
      }
    }
  }
}
