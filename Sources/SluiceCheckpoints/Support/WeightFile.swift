/// Opens a weight file of any kind that is read: safetensors, PyTorch's formats, or the directory of a checkpoint.
///
/// The content decides, not the name. What a checkpoint of Sluice holds is compared with its checksum, also where its
/// file is named and not its directory.
///
/// - Throws: ``CheckpointError`` when it cannot be read, or saying what it looks like instead.
public func openWeights(_ path: String) throws(CheckpointError) -> any TensorSource {
  if let checkpoint = try SavedCheckpoint(holding: path) {
    guard let file = SavedCheckpoint.parts(of: path) else { return try checkpoint.parameters() }
    try checkpoint.verify(file.name)
  }
  let file = try MappedFile(path: path)
  if file.holds([UInt8(ascii: "P"), UInt8(ascii: "K")], at: 0) || file.holds([0x80], at: 0), !isSafetensors(file) {
    return try PyTorchFile(path: path)
  }
  guard isSafetensors(file) || path.hasSuffix(".safetensors") else {
    throw CheckpointError(.malformed, file: path, position: 0, foreignFormat(file))
  }
  return try SafetensorsFile(path: path)
}

/// Whether a file begins as safetensors do: a plausible length, then the brace of the header.
private func isSafetensors(_ file: MappedFile) -> Bool {
  guard file.count >= 9, file.value(at: 8, as: UInt8.self) == UInt8(ascii: "{") else { return false }
  return file.value(at: 0, as: UInt64.self) <= UInt64(SafetensorsHeader.longest)
}
