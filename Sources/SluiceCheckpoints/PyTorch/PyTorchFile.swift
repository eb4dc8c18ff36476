/// A file made by `torch.save` or `torch.jit.save`, memory-mapped; nothing in it is ever run.
///
/// ```swift
/// let file = try PyTorchFile(path: "encoder.pkl")
/// file.tensors.first?.name            // "blocks.input.w"
/// file.attributes["vocab_size"]?.int  // 8192
/// ```
/// Dictionaries of tensors, nested ones (names joined with `/`), whole pickled modules and TorchScript archives are
/// read, from ZIP and from the older container. Opening checks structure, bounds and checksums, so that a file that
/// opens can be read to the end. Do not shorten a file while it is open.
public struct PyTorchFile: TensorSource {
  /// The container.
  public enum Format: String, Sendable {
    /// `torch.save` since 1.6.
    case zip
    /// `torch.save` before.
    case legacy
    /// `torch.jit.save`.
    case torchScript = "torchscript"
  }

  /// Path of the file, as it was given.
  public let path: String
  /// The container.
  public let format: Format
  /// The tensors, in the order in which the file names them.
  public let tensors: [TensorInfo]
  /// Numbers, strings and truth values beside the tensors, named in the same way: `epoch`, `meta/seed`.
  public let attributes: [String: JSONValue]
  /// Tensors of kinds that are not read (quantized, sparse, complex, 8-bit floating-point), with what they are.
  public let unreadable: [String: String]
  /// Objects beside the tensors that mean nothing here, with the class or function that they are of.
  public let objects: [String: String]

  private let file: MappedFile
  private let views: [String: TensorView]

  /// Opens the file at `path`.
  ///
  /// - Throws: ``CheckpointError`` when it cannot be read, is damaged, or would have to be run to be understood.
  public init(path: String) throws(CheckpointError) {
    let file = try MappedFile(path: path)
    let archive: PyTorchArchive
    if file.holds([0x50, 0x4B, 3, 4], at: 0) {
      archive = try PyTorchArchive(zip: file)
    } else if file.holds(PyTorchArchive.legacyMagic, at: 0) {
      archive = try PyTorchArchive(legacy: file)
    } else {
      throw CheckpointError(.malformed, file: path, position: 0, foreignFormat(file))
    }
    let collected = try TensorCollector(
      archive.root, in: archive.heap, path: path, byteCount: file.count, isScript: archive.format == .torchScript)
    var views: [String: TensorView] = [:]
    var tensors: [TensorInfo] = []
    for (name, index) in collected.tensors {
      let tensor = archive.heap.tensors[index]
      let storage = archive.heap.storages[tensor.storage]
      // All three were checked when the tensor was built.
      guard let type = tensor.type, let bytes = archive.storages[storage.key],
        let shape = archive.heap.integers(tensor.sizes), let strides = archive.heap.integers(tensor.strides)
      else { continue }
      let info = TensorInfo(name: name, type: type, shape: shape)
      views[name] = TensorView(
        info: info, storage: bytes, offset: tensor.offset, strides: strides, isNegated: tensor.isNegated)
      tensors.append(info)
    }
    self.path = path
    self.file = file
    self.views = views
    self.tensors = tensors
    format = archive.format
    attributes = collected.attributes
    unreadable = Dictionary(collected.unreadable, uniquingKeysWith: { first, _ in first })
    objects = Dictionary(collected.objects, uniquingKeysWith: { first, _ in first })
  }

  /// The tensor of that name.
  public subscript(name: String) -> TensorInfo? { views[name]?.info }

  /// Calls `body` with the tensor's elements in row-major order: from the file where they are so, else from a copy.
  public func withBytes<Result>(
    of tensor: TensorInfo, _ body: (RawSpan) throws(CheckpointError) -> Result
  ) throws(CheckpointError) -> Result {
    guard let view = views[tensor.name], view.info == tensor else {
      throw CheckpointError(.absent, file: path, unreadableReason(tensor.name))
    }
    // A stride of 0 makes a large tensor of a small file; a tensor is copied, so its size must be plausible.
    guard view.isStoredAsWanted || tensor.byteCount <= Self.largestExpansion + 16 * file.count else {
      throw CheckpointError(
        .refused, file: path, "\(tensor.name) has \(tensor.byteCount) bytes, far more than the file it is in")
    }
    return try file.withBytes { (bytes: RawSpan) throws(CheckpointError) in
      if view.isStoredAsWanted { return try body(bytes.extracting(view.bytes)) }
      let gathered = view.gather(bytes)
      return try body(unsafe gathered.span.bytes)
    }
  }

  private static let largestExpansion = 16 << 20

  private func unreadableReason(_ name: String) -> String {
    unreadable[name].map { "\(name) is \($0), which is not read" } ?? "\(name) is no tensor of this file"
  }
}

/// What a file that is none of PyTorch's looks like.
func foreignFormat(_ file: MappedFile) -> String {
  let looks: [(text: String, offset: Int, what: String)] = [
    ("version https://", 0, "a git-lfs pointer: the weights themselves were not downloaded (git lfs pull)"),
    ("<!DOCTYPE", 0, "an HTML page, perhaps the answer of a download that needs a login"),
    ("<html", 0, "an HTML page, perhaps the answer of a download that needs a login"),
    ("ustar", 257, "a tar archive, as PyTorch before 0.1.10 wrote them"),
    ("\u{1F}", 0, "a gzip file; unpack it first"), ("\u{89}HDF", 0, "an HDF5 file"),
    ("PK", 0, "an empty or split ZIP archive"),
  ]
  guard file.count > 0 else { return "is empty" }
  for look in looks where file.holds(Array(look.text.unicodeScalars.map { UInt8($0.value) }), at: look.offset) {
    return "is neither safetensors nor a file of PyTorch. It looks like \(look.what)"
  }
  if file.value(at: 0, as: UInt8.self) == 0x80 {
    return "is a pickle, but not one that torch.save wrote: the magic number is missing"
  }
  return "is neither safetensors nor a file of PyTorch"
}
