internal import SluiceNN
internal import SluiceTensor

/// A tensor of a file under a model's name, read and changed when it is asked for.
struct MappedTensor: Sendable {
  /// The model's name.
  var name: String
  /// The file's names of what it is made of.
  var stored: [String]
  var shape: [Int]
  /// The element type it has in the file, or that its changed values are written with.
  var type: StoredType
  /// Whether it is the tensor of the file, byte for byte.
  var isPlain = true
  /// Whether it was made by a rule in addition to the tensor it is of.
  var isCopy = false
  /// Whether a rule knew the name.
  var isRecognized = false
  var value: @Sendable () throws(CheckpointError) -> Tensor

  /// A tensor as it is in a file, under the name that is left of its own.
  init(_ info: TensorInfo, as name: String, of source: any TensorSource) {
    self.name = name
    stored = [info.name]
    shape = info.shape
    type = info.type
    value = { () throws(CheckpointError) in try source.tensor(info.name) }
  }

  /// A tensor made of others; changed values are written in single precision at most.
  init(
    _ name: String, of parts: [MappedTensor], shape: [Int],
    _ value: @escaping @Sendable () throws(CheckpointError) -> Tensor
  ) {
    self.name = name
    stored = parts.flatMap(\.stored)
    self.shape = shape
    let common = parts.dropFirst().allSatisfy { $0.type == parts[0].type } ? parts[0].type : .float32
    type = common == .float16 || common == .bfloat16 ? common : .float32
    isPlain = false
    isRecognized = true
    self.value = value
  }

  /// This tensor with changed values; `nil` if it cannot be changed so.
  func changed(_ change: ValueChange) -> MappedTensor? {
    guard let wanted = change.shape(shape) else { return nil }
    return MappedTensor(name, of: [self], shape: wanted) { [value] () throws(CheckpointError) in
      change.value(try value())
    }
  }
}

/// A file as a ``KeyMap`` presents it: the model's names, and values made when they are asked for.
public struct MappedSource: TensorSource {
  /// Path of the file, as it was given.
  public let path: String
  /// The tensors that the map keeps.
  public let tensors: [TensorInfo]
  /// The file's names that the map left out.
  public let dropped: [String]
  /// How many of the file's names the map knows: those that became names of its model, or else that its rules renamed.
  let recognizedCount: Int
  /// How many kinds of names of the map's model there are; 0 for a map that is of no model.
  let coveredCount: Int

  let mapped: [MappedTensor]
  private let indices: [String: Int]
  private let source: any TensorSource

  /// - Throws: ``CheckpointError`` if several tensors would have one name.
  init(
    _ mapped: [MappedTensor], of source: any TensorSource, stored: [String], map: KeyMap
  ) throws(CheckpointError) {
    path = source.path
    self.mapped = mapped
    self.source = source
    tensors = mapped.map { TensorInfo(name: $0.name, type: $0.type, shape: $0.shape) }
    let used = Set(mapped.flatMap(\.stored))
    dropped = stored.filter { !used.contains($0) }
    let recognized = mapped.filter { map.forms.isEmpty ? $0.isRecognized : map.forms.contains(KeyMap.form($0.name)) }
    recognizedCount = Set(recognized.flatMap(\.stored)).count
    coveredCount = map.forms.isEmpty ? 0 : Set(recognized.map { KeyMap.form($0.name) }).count
    indices = Dictionary(mapped.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    guard indices.count == mapped.count else {
      let twice = Dictionary(grouping: mapped, by: \.name).filter { $0.value.count > 1 }.keys.sorted()
      throw CheckpointError(
        .mismatched, file: path,
        "the layout \(map.name) gives several tensors the name \(LoadReport.listing(twice)). Use another with --map")
    }
  }

  /// The tensor of that name.
  public subscript(name: String) -> TensorInfo? { indices[name].map { tensors[$0] } }

  /// The file's names of what a tensor is made of.
  public func stored(_ name: String) -> [String] { indices[name].map { mapped[$0].stored } ?? [] }

  /// Calls `body` with the tensor's bytes: the file's own where no value changes, else of changed values.
  public func withBytes<Result>(
    of tensor: TensorInfo, _ body: (RawSpan) throws(CheckpointError) -> Result
  ) throws(CheckpointError) -> Result {
    guard let index = indices[tensor.name], tensors[index] == tensor else {
      throw CheckpointError(.absent, file: path, "\(tensor.name) is no tensor of this file")
    }
    let entry = mapped[index]
    if entry.isPlain { return try source.withBytes(of: try source.info(entry.stored[0]), body) }
    return try body(unsafe encode(try entry.value().floats, as: entry.type).span.bytes)
  }

  /// The tensor of that name in the map's own terms.
  func entry(_ name: String) -> MappedTensor? { indices[name].map { mapped[$0] } }
}
