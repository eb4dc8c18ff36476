import SluiceCheckpoints
import SluiceModels
import SluiceNN
import SluicePlatform
import SluiceTensor
import TestSupport
import Testing

/// The checkpoint name of a golden file's parameter: the files leave out the prefixes of a whole model.
func checkpointName(_ name: String) -> String {
  name.hasPrefix("cls_head.") ? "cls_head.\(name)" : "model.\(name)"
}

extension GoldenFile {
  /// A tensor of the file.
  func tensor(_ key: String) throws -> Tensor { Tensor(try floats(key), shape: Shape(try shape(key))) }

  /// The clips, stored `[B, T, 3, H, W]`, as `[B, 3, T, H, W]`.
  func clips() throws -> Tensor { try tensor("input.clip").permuted(0, 2, 1, 3, 4) }

  /// Gives the file's parameters to a model that must have exactly these.
  func load(into store: ParameterStore, name: (String) -> String = checkpointName) throws {
    var values: [String: Tensor] = [:]
    for parameter in names(under: "param.") { values[name(parameter)] = try tensor("param.\(parameter)") }
    try store.load(values, mode: .exact)
  }
}

extension GoldenChecker {
  func tensor(_ key: String, _ own: Tensor) throws { try self(key, own.floats, shape: own.shape.dimensions) }

  /// Compares the gradients of all parameters; one that took no part counts as zero.
  func gradients(of store: ParameterStore, name: (String) -> String = checkpointName) throws {
    for parameter in file.names(under: "grad.") {
      let own = try #require(store[name(parameter)], "\(parameter) is no parameter of the model")
      try tensor("grad.\(parameter)", own.gradient ?? .zeros(own.shape))
    }
  }

  /// Compares every intermediate value the file holds.
  func observed(by recorder: Recorder) throws {
    for (name, value) in recorder.values { try tensor("output.\(name)", value) }
  }
}

/// Keeps the intermediate values of a pass.
final class Recorder: Sendable {
  private let storage = Lock<[(String, Tensor)]>([])

  var values: [(String, Tensor)] { storage.withLock { $0 } }

  /// A pass whose intermediate values are kept.
  func pass(training draws: ForwardPass.Draws? = nil) -> ForwardPass {
    ForwardPass(training: draws) { name, value in self.storage.withLock { $0.append((name, value.detached)) } }
  }
}

extension JSONValue {
  /// Pairs of a block's number and a factor.
  func factors() throws -> [Int: Double] {
    try Dictionary(
      uniqueKeysWithValues: #require(array).map { (try #require($0[0].int), try #require($0[1].double)) })
  }

  /// The last three of some numbers: time, height and width.
  func extents() throws -> GridStride {
    let values = try #require(ints)
    return GridStride(values[values.count - 3], values[values.count - 2], values[values.count - 1])
  }
}
