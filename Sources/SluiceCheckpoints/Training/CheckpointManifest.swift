internal import FoundationEssentials

/// The list of a checkpoint's files, written last: a checkpoint is complete when each is there with its length.
struct CheckpointManifest: Codable {
  struct Entry: Codable {
    let byteCount: Int
    let crc32: UInt32
  }

  static let name = "manifest.json"
  static let currentVersion = 1

  var version = currentVersion
  var files: [String: Entry] = [:]
}

/// The file names inside a checkpoint's directory.
enum CheckpointFile {
  static let parameters = "parameters.safetensors"
  static let optimizer = "optimizer.safetensors"
  static let position = "position.json"
  static let configuration = "configuration.json"
}

/// JSON as checkpoints hold it: sorted, one member per line, numbers that are not finite as words.
func encodeJSON<Value: Encodable>(_ value: Value) -> [UInt8] {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  // Texts, numbers and words for those that are not finite are always written.
  guard let text = try? encoder.encode(value) else { preconditionFailure("no JSON of a \(Value.self)") }
  return Array(text) + [UInt8(ascii: "\n")]
}

/// Reads what ``encodeJSON(_:)`` wrote.
func decodeJSON<Value: Decodable>(_: Value.Type, at path: String) throws(CheckpointError) -> Value {
  let decoder = JSONDecoder()
  decoder.nonConformingFloatDecodingStrategy = .convertFromString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  let file = try MappedFile(path: path)
  do {
    return try decoder.decode(Value.self, from: file.withBytes { unsafe $0.withUnsafeBytes { unsafe Data($0) } })
  } catch {
    throw CheckpointError(.malformed, file: path, "is no JSON of the expected form: \(error)")
  }
}
