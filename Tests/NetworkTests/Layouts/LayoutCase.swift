import Foundation
import SluiceCheckpoints
import SluiceModels
import SluiceNN
import SluiceTensor
import TestSupport
import Testing

typealias Weights = [String: Tensor]

/// A tiny model, its parameters written under the names of a layout, and what it should read of them.
struct LayoutCase: Sendable, CustomTestStringConvertible {
  /// As `sluice weights layouts` lists it: `timesformer/timm-vit`.
  let name: String
  let testDescription: String
  let make: @Sendable () throws -> any PublishedModel
  /// All layouts that the model knows.
  let layouts: [KeyMap]
  /// The parameters that may begin anew.
  let head: String
  /// The layout that is found in the file, `none` for the model's own names; `nil` where several fit as well.
  let found: String?
  let foreign: Weights
  /// By parameter; what is not there begins anew.
  let expected: Weights

  /// - Parameters:
  ///   - found: the layout's own name unless the model's names are the file's.
  ///   - expected: for the name of each parameter what it should be; `nil` for one that begins anew.
  init<Model: PublishedModel>(
    _ name: String, variant: String = "", of make: @escaping @Sendable () throws -> Model,
    layouts: ((Model) -> [KeyMap])? = nil, head: String = "cls_head.*", found: String?? = .none,
    writing foreign: Weights, expecting expected: (String) -> Tensor?
  ) throws {
    let model = try make()
    self.name = name
    testDescription = variant.isEmpty ? name : "\(name), \(variant)"
    self.make = make
    self.layouts = layouts?(model) ?? model.layouts
    self.head = head
    self.found = found ?? String(name.split(separator: "/")[1])
    self.foreign = foreign
    self.expected = Dictionary(
      uniqueKeysWithValues: model.parameters.declarations.compactMap { declaration in
        expected(declaration.name).map { (declaration.name, $0) }
      })
  }

  /// Loads `tensors` and compares every parameter; those that begin anew keep their numbers.
  func check(
    _ tensors: Weights, _ choice: WeightsChoice = .raw, layouts: [KeyMap]? = nil, found: String?, _ comment: String
  ) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/foreign.safetensors"
      try SafetensorsFile.write(tensors, to: path)
      let store = try make().parameters
      store.initialize(seed: 1)
      let initial = store.values.mapValues(\.floats)
      let report = try PublishedWeights(opening: path, choice: choice).load(
        into: store, layouts: layouts ?? self.layouts, head: .parameters(head))
      if let found { #expect(report.layout ?? "none" == found, "\(comment): \(report)") }
      #expect(Set(report.loaded) == Set(expected.keys), "\(comment): \(report)")
      for (name, value) in store.values {
        #expect(value.floats == expected[name]?.floats ?? initial[name], "\(comment): \(name)")
      }
    }
  }
}

// Values

/// A model's parameters with numbers of their own, and those of a head of five classes.
func values(of model: some VideoBackbone) -> Weights {
  var values: Weights = [:]
  for declaration in model.parameters.declarations {
    values[declaration.name] = numbers(declaration.name, declaration.shape)
  }
  values[model.headName + ".weight"] = numbers("head", [5, model.featureDimension])
  values[model.headName + ".bias"] = numbers("bias", [5])
  return values
}

func numbers(_ name: String, _ shape: Shape) -> Tensor {
  let first = name.utf8.reduce(7) { ($0 &* 31 &+ Int($1)) % 1009 }
  return Tensor((0..<shape.count).map { Float(first) + Float($0 % 97) / 128 }, shape: shape)
}

/// Each name changed, and each value perhaps made several.
func renamed(_ values: Weights, _ change: (String, Tensor) -> Weights) -> Weights {
  var result: Weights = [:]
  for (name, value) in values { result.merge(change(name, value)) { first, _ in first } }
  return result
}

func replacing(_ name: String, _ pairs: KeyValuePairs<String, String>) -> String {
  pairs.reduce(name) { $0.replacing($1.key, with: $1.value) }
}

/// Queries, keys and values of a tensor that holds all three.
func thirds(_ tensor: Tensor) -> [Tensor] {
  let rows = tensor.shape[0] / 3
  return (0..<3).map { tensor.slice($0 * rows..<($0 + 1) * rows, axis: 0) }
}
