internal import FoundationEssentials
internal import SluicePlatform
public import SluiceTensor

extension SafetensorsFile {
  /// Writes tensors as one safetensors file; `path` holds the old content or all of the new, never a part.
  ///
  /// Larger element types come first, so that all tensors are aligned; otherwise the order is kept. The same tensors
  /// always give the same bytes.
  ///
  /// - Parameter metadata: free text for the header.
  /// - Throws: ``CheckpointError`` when two tensors have one name, or the disk is full or fails.
  public static func write(
    _ contents: [TensorContent], metadata: [String: String] = [:], to path: String
  ) throws(CheckpointError) {
    var file = try CheckpointOutput(replacing: path)
    try write(contents, metadata: metadata, into: &file)
    try file.finish()
  }

  /// Writes tensors as one safetensors file, in the order of their names.
  public static func write(
    _ tensors: [String: Tensor], metadata: [String: String] = [:], to path: String
  ) throws(CheckpointError) {
    try write(contents(of: tensors), metadata: metadata, to: path)
  }

  static func contents(of tensors: [String: Tensor]) -> [TensorContent] {
    tensors.sorted { $0.key < $1.key }.map { TensorContent($0.key, $0.value) }
  }

  static func write(
    _ contents: [TensorContent], metadata: [String: String], into file: inout CheckpointOutput
  ) throws(CheckpointError) {
    // A stable order: sorting by size alone might exchange equals.
    let ordered = contents.enumerated().sorted {
      (-$0.element.info.type.byteCount, $0.offset) < (-$1.element.info.type.byteCount, $1.offset)
    }.map(\.element)
    try file.write(try header(ordered.map(\.info), metadata: metadata, path: file.path))
    for content in ordered {
      let expected = file.byteCount + content.info.byteCount
      try content.emit { (bytes: RawSpan) throws(CheckpointError) in try file.write(bytes) }
      precondition(file.byteCount == expected, "\(content.info.name) gave another number of bytes than its shape")
    }
  }

  private static func header(
    _ tensors: [TensorInfo], metadata: [String: String], path: String
  ) throws(CheckpointError) -> [UInt8] {
    var members: [String: HeaderMember] = [:]
    if !metadata.isEmpty { members["__metadata__"] = .text(metadata) }
    var offset = 0
    for tensor in tensors {
      let end = offset + tensor.byteCount
      let member = HeaderMember.tensor(
        TensorMember(dtype: tensor.type.rawValue, shape: tensor.shape, dataOffsets: [offset, end]))
      guard tensor.name != "__metadata__", members.updateValue(member, forKey: tensor.name) == nil else {
        throw CheckpointError(.mismatched, file: path, "two tensors would be called \(tensor.name)")
      }
      offset = end
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Texts and whole numbers are always written.
    guard var text = try? Array(encoder.encode(members)) else { preconditionFailure("a header of \(members.count)") }
    text.append(contentsOf: repeatElement(UInt8(ascii: " "), count: -text.count & 7))
    guard text.count <= SafetensorsHeader.longest else {
      throw CheckpointError(.unwritable, file: path, "the header would take \(text.count) bytes; shorten the metadata")
    }
    var header: [UInt8] = []
    header.append(littleEndian: UInt64(text.count))
    return header + text
  }
}

private struct TensorMember: Encodable {
  let dtype: String
  let shape: [Int]
  let dataOffsets: [Int]

  private enum CodingKeys: String, CodingKey {
    case dtype, shape
    case dataOffsets = "data_offsets"
  }
}

private enum HeaderMember: Encodable {
  case tensor(TensorMember)
  case text([String: String])

  func encode(to encoder: any Encoder) throws {
    switch self {
    case .tensor(let tensor): try tensor.encode(to: encoder)
    case .text(let text): try text.encode(to: encoder)
    }
  }
}
