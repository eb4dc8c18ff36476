/// A safetensors file, memory-mapped: opening reads the header only, tensors are read when asked for.
///
/// ```swift
/// let file = try SafetensorsFile(path: "model.safetensors")
/// for tensor in file.tensors { print(tensor.name, tensor.type.rawValue, tensor.shape) }
/// let bias = try file.floats("head.bias")
/// ```
/// A file that breaks the format's rules is refused when it is opened: every byte after the header belongs to exactly
/// one tensor, so nothing a header declares can be outside the file. Do not shorten a file while it is open.
///
/// - Source: https://github.com/huggingface/safetensors, "Format".
public struct SafetensorsFile: TensorSource {
  /// Path of the file, as it was given.
  public let path: String
  /// The tensors, in the order of their bytes in the file.
  public let tensors: [TensorInfo]
  /// The free text entries of the header's `__metadata__`.
  public let metadata: [String: String]

  private let file: MappedFile
  private let entries: [String: SafetensorsHeader.Entry]

  /// Opens the file at `path`.
  ///
  /// - Throws: ``CheckpointError`` when it cannot be read or breaks the format's rules.
  public init(path: String) throws(CheckpointError) {
    let file = try MappedFile(path: path)
    let header = try file.withBytes { (bytes: RawSpan) throws(CheckpointError) in
      try SafetensorsHeader(bytes, path: path)
    }
    self.path = path
    self.file = file
    metadata = header.metadata
    tensors = header.entries.map(\.tensor)
    entries = Dictionary(header.entries.map { ($0.tensor.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The tensor of that name.
  public subscript(name: String) -> TensorInfo? { entries[name]?.tensor }

  /// Calls `body` with the tensor's bytes, straight from the mapped file.
  public func withBytes<Result>(
    of tensor: TensorInfo, _ body: (RawSpan) throws(CheckpointError) -> Result
  ) throws(CheckpointError) -> Result {
    guard let entry = entries[tensor.name], entry.tensor == tensor else {
      throw CheckpointError(.absent, file: path, "\(tensor.name) is no tensor of this file")
    }
    return try file.withBytes { (bytes: RawSpan) throws(CheckpointError) in
      try body(bytes.extracting(entry.bytes))
    }
  }
}
