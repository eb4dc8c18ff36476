import SluiceCheckpoints
import SluiceModels
import SluiceNN
import SluicePlatform
import SluiceTensor
import TestSupport
import Testing

/// Runs a part of a network on a file's input and compares output, loss, and all gradients.
///
/// The loss is the mean of the output, weighted by the file.
func checkLayer(
  _ file: GoldenFile, _ check: GoldenChecker, _ store: ParameterStore, name: (String) -> String = { $0 },
  mode: LoadMode = .exact, _ body: (Tensor) throws -> Tensor
) throws {
  var values: [String: Tensor] = [:]
  for parameter in file.names(under: "param.") { values[name(parameter)] = try file.tensor("param.\(parameter)") }
  let report = try store.load(values, mode: mode)
  #expect(report.loaded.count == values.count)
  let input = Parameter("input.x", try file.tensor("input.x"))
  let output = try body(input.value)
  try check.tensor("output.y", output)
  let loss = (output * (try file.tensor("input.loss_weight"))).meanOfAll()
  try check("output.loss", loss.scalar)
  loss.backward()
  try check.tensor("grad.input.x", try #require(input.gradient))
  for parameter in file.names(under: "grad.") where parameter != "input.x" {
    let own = try #require(store[name(parameter)], "\(parameter) is no parameter of the model")
    try check.tensor("grad.\(parameter)", own.gradient ?? .zeros(own.shape))
  }
}

/// Rows of numbers, one after the other.
final class Rows: Sendable {
  private let rest: Lock<[[Float]]>

  init(_ numbers: [Float], width: Int) {
    rest = Lock(stride(from: 0, to: numbers.count, by: width).map { Array(numbers[$0..<$0 + width]) })
  }

  func next() -> [Float] { rest.withLock { $0.removeFirst() } }
}

extension GridStride {
  init(_ value: JSONValue) throws {
    let axes = try #require(value.array).map { try #require($0.int) }
    self.init(try #require(axes.first), axes[1], axes[2])
  }

  /// Whether an axis is not 0.
  var hasExtent: Bool { time > 0 || height > 0 || width > 0 }
}

extension JSONValue {
  /// A length, or the last of several.
  var side: Int { get throws { try #require(int ?? array?.last?.int) } }
}

extension Tensor {
  /// The grid of a map `[B, (t,) h, w, D]`.
  var grid: GridStride {
    shape.rank == 5 ? GridStride(shape[1], shape[2], shape[3]) : GridStride(1, shape[1], shape[2])
  }

  /// The tokens of such a map.
  var tokens: Tensor { reshaped(shape[0], grid.count, shape[-1]) }

  /// These tokens of `grid` as a map of the other's rank.
  func reshaped(like other: Tensor, grid: GridStride) -> Tensor {
    other.shape.rank == 5
      ? reshaped(other.shape[0], grid.time, grid.height, grid.width, -1)
      : reshaped(other.shape[0], grid.height, grid.width, -1)
  }
}

extension OptimizerConfiguration {
  /// AdamW with BEVT's course, clipping and rules, as a file says.
  static func bevt(_ config: JSONValue) throws -> OptimizerConfiguration {
    let keys = try #require(config["custom_keys"].object).mapValues {
      (rate: $0["lr_mult"].double ?? 1, decay: $0["decay_mult"].double ?? 1)
    }
    let warmup = try #require(config["warmup_iters"].double)
    return .adamW(
      .scaledCosine(
        peak: try #require(config["lr"].double), warmup: .epochs(warmup / (try #require(config["max_iters"].double))),
        warmupRatio: try #require(config["warmup_ratio"].double)),
      weightDecay: .constant(try #require(config["weight_decay"].double)),
      betas: (try #require(config["betas"][0].double), try #require(config["betas"][1].double)),
      epsilon: try #require(config["eps"].double), clip: .global(try #require(config["clip"].double)),
      groups: .longestPart(keys))
  }
}

extension SwinConfiguration {
  init(_ config: JSONValue) throws {
    self.init(
      patch: try GridStride(config["patch_size"]), dimension: try #require(config["embed_dim"].int),
      depths: try #require(config["depths"].array).map { try #require($0.int) },
      headCounts: try #require(config["num_heads"].array).map { try #require($0.int) },
      window: try GridStride(config["window_size"]), mlpRatio: try #require(config["mlp_ratio"].double),
      hasQueryKeyValueBias: config["qkv_bias"].bool ?? true, normalizesPatches: config["patch_norm"].bool ?? true,
      dropPathRate: config["drop_path_rate"].double ?? 0)
  }
}
