internal import FoundationEssentials

/// The checked header of a safetensors file: 8 bytes of length, JSON, then the tensors' bytes without gaps.
struct SafetensorsHeader {
  struct Entry {
    let tensor: TensorInfo
    /// Where the elements are, in bytes from the start of the file.
    let bytes: Range<Int>
  }

  /// The longest header that is read; the format's own limit.
  static let longest = 100_000_000

  /// In the order of their bytes; those without elements by name.
  let entries: [Entry]
  let metadata: [String: String]

  init(_ file: RawSpan, path: String) throws(CheckpointError) {
    func malformed(_ position: Int, _ reason: String) -> CheckpointError {
      CheckpointError(.malformed, file: path, position: position, reason)
    }
    guard file.byteCount >= 8 else {
      throw malformed(0, "\(file.byteCount) bytes are too few for a safetensors file, which begins with 8 of length")
    }
    let declared = unsafe file.unsafeLoadUnaligned(fromByteOffset: 0, as: UInt64.self)
    guard declared <= UInt64(Self.longest), declared <= UInt64(file.byteCount - 8) else {
      throw malformed(
        0,
        "declares a header of \(declared) bytes; the file has \(file.byteCount - 8) after the length"
          + " and a header at most \(Self.longest). It is cut off, or no safetensors file")
    }
    let start = 8 + Int(declared)
    let text = unsafe file.extracting(8..<start).withUnsafeBytes { unsafe Data($0) }
    guard text.first == UInt8(ascii: "{") else { throw malformed(8, "the header does not begin with {") }
    let raw: [String: RawEntry]
    do {
      raw = try JSONDecoder().decode([String: RawEntry].self, from: text)
    } catch {
      throw malformed(8, "the header is no JSON object of tensors: \(Self.explain(error))")
    }
    var entries: [Entry] = []
    var metadata: [String: String] = [:]
    for (name, entry) in raw {
      switch entry {
      case .text(let members):
        // Only what is called __metadata__ is decoded as texts.
        metadata = members
      case .tensor(let dtype, let shape, let offsets):
        guard let type = StoredType(rawValue: dtype) else {
          let known = StoredType.allCases.map(\.rawValue).joined(separator: " ")
          throw CheckpointError(
            .unsupported, file: path, position: 8, "\(name) has element type \(dtype); read are \(known)")
        }
        guard let length = checkedByteCount(shape, elementSize: type.byteCount) else {
          throw malformed(8, "\(name) has an impossible shape \(shape)")
        }
        guard offsets.count == 2, offsets[0] >= 0, offsets[1] >= offsets[0], offsets[1] <= file.byteCount - start else {
          throw malformed(
            8, "\(name) has data_offsets \(offsets); the file has \(file.byteCount - start) bytes of tensors")
        }
        guard offsets[1] - offsets[0] == length else {
          throw malformed(
            8,
            "\(name): \(dtype) \(shape) takes \(length) bytes, data_offsets \(offsets) hold \(offsets[1] - offsets[0])")
        }
        entries.append(
          Entry(
            tensor: TensorInfo(name: name, type: type, shape: shape),
            bytes: (start + offsets[0])..<(start + offsets[1])))
      }
    }
    entries.sort {
      ($0.bytes.lowerBound, $0.bytes.upperBound, $0.tensor.name) < (
        $1.bytes.lowerBound, $1.bytes.upperBound, $1.tensor.name
      )
    }
    var end = start
    for entry in entries {
      guard entry.bytes.lowerBound == end else {
        let what = entry.bytes.lowerBound < end ? "overlaps the tensor before it" : "leaves a gap before it"
        throw malformed(entry.bytes.lowerBound, "\(entry.tensor.name) \(what); tensors follow each other without gaps")
      }
      end = entry.bytes.upperBound
    }
    guard end == file.byteCount else {
      throw malformed(end, "\(file.byteCount - end) bytes at the end belong to no tensor")
    }
    self.entries = entries
    self.metadata = metadata
  }

  private static func explain(_ error: any Error) -> String {
    switch error {
    case DecodingError.dataCorrupted(let context), DecodingError.typeMismatch(_, let context),
      DecodingError.valueNotFound(_, let context), DecodingError.keyNotFound(_, let context):
      let path = context.codingPath.map(\.stringValue).joined(separator: ".")
      return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
    default: return "\(error)"
    }
  }
}

/// One member of the header: a tensor, or the free text.
private enum RawEntry: Decodable {
  case tensor(dtype: String, shape: [Int], offsets: [Int])
  case text([String: String])

  private enum Key: String, CodingKey {
    case dtype, shape
    case offsets = "data_offsets"
  }

  init(from decoder: any Decoder) throws {
    if decoder.codingPath.last?.stringValue == "__metadata__" {
      self = .text(try decoder.singleValueContainer().decode([String: String].self))
      return
    }
    let container = try decoder.container(keyedBy: Key.self)
    self = .tensor(
      dtype: try container.decode(String.self, forKey: .dtype), shape: try container.decode([Int].self, forKey: .shape),
      offsets: try container.decode([Int].self, forKey: .offsets))
  }
}
