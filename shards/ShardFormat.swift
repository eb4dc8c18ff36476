internal import FoundationEssentials
internal import SluiceMedia
internal import SluicePlatform

/// Names and numbers of the format; `FORMAT.md` describes every byte.
enum ShardFormat {
  static let version: UInt16 = 1
  static let headerMagic: UInt32 = 0x184D_2A50
  static let clipMagic: UInt32 = 0x184D_2A51
  static let footerMagic: UInt32 = 0x184D_2A52
  static let indexName: String = "index.sluice"
  static let failuresName: String = "failures.csv"
  static let manifestName: String = "dataset.zst"
  static let viewsName: String = "views.safetensors"
  static let tokensName: String = "tokens.safetensors"
  /// A folder with tokens in the making.
  static let tokenPartsName: String = "tokens.parts"
  static let partialSuffix: String = ".partial"
  /// Bytes at a shard's end that lead to its footer: size, "SLUICEND", checksum.
  static let tailSize: Int = 16

  static func shardName(_ number: Int) -> String { "shard-\(number.padded(to: 5)).zst" }

  /// The number in a shard's file name, or `nil` if it is none.
  static func shardNumber(_ name: String) -> Int? {
    guard name.hasPrefix("shard-"), name.hasSuffix(".zst") else { return nil }
    guard let number = Int(name.dropFirst(6).dropLast(4)), number >= 0, shardName(number) == name else { return nil }
    return number
  }

  /// Puts a payload into a skippable zstd frame; the payload ends with the CRC-32 of everything before it.
  static func skippable(_ magic: UInt32, _ payload: ByteWriter) -> [UInt8] {
    var frame = ByteWriter()
    frame.append(magic)
    frame.append(UInt32(payload.bytes.count + 4))
    frame.append(payload.bytes)
    frame.seal()
    return frame.bytes
  }

  /// Opens a whole skippable frame.
  static func open(_ bytes: ArraySlice<UInt8>, _ magic: UInt32, _ what: String) throws(ShardError) -> ByteReader {
    var reader = ByteReader(bytes)
    let found = try reader.number(UInt32.self)
    guard found == magic else {
      throw ShardError(.damaged, "\(what) begins with \(hexadecimal(found)) instead of \(hexadecimal(magic))")
    }
    let size = try reader.number(UInt32.self)
    guard Int(size) == bytes.count - 8, size >= 4 else {
      throw ShardError(.damaged, "\(what) says \(size) bytes where there are \(bytes.count - 8)")
    }
    var end = ByteReader(bytes.suffix(4))
    guard try end.number(UInt32.self) == crc32(bytes.dropLast(4)) else {
      throw ShardError(.damaged, "\(what) does not have its checksum")
    }
    var payload = ByteReader(bytes.dropLast(4))
    _ = try payload.take(8)
    return payload
  }

  static func hexadecimal(_ number: some BinaryInteger) -> String { "0x" + String(number, radix: 16, uppercase: true) }

  static func json(_ value: some Encodable) throws(ShardError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return try [UInt8](encoder.encode(value))
    } catch {
      throw ShardError(.invalid, "cannot be written as JSON: \(error)")
    }
  }

  static func decode<Value: Decodable>(
    _ type: Value.Type, _ bytes: some Sequence<UInt8>, _ what: String
  ) throws(ShardError) -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(bytes))
    } catch {
      throw ShardError(.damaged, "\(what) is not the JSON it should be: \(error)")
    }
  }
}

/// Where one frame is: an entry of the chunk table.
struct Chunk: Equatable {
  static let size: Int = 24

  /// From the beginning of the shard.
  var offset: UInt64
  var length: UInt32
  /// CRC-32 of the stored bytes.
  var checksum: UInt32
  /// Seconds from the beginning of the stream.
  var time: Double?

  func write(to writer: inout ByteWriter) {
    writer.append(offset)
    writer.append(length)
    writer.append(checksum)
    writer.append(time ?? .nan)
  }

  init(offset: UInt64, length: UInt32, checksum: UInt32, time: Double?) {
    self.offset = offset
    self.length = length
    self.checksum = checksum
    self.time = time
  }

  init(_ reader: inout ByteReader) throws(ShardError) {
    offset = try reader.number()
    length = try reader.number()
    checksum = try reader.number()
    let seconds = try reader.double()
    time = seconds.isNaN ? nil : seconds
  }

  /// Checks that the entry can be true in a file of `fileSize` bytes.
  func isInside(_ fileSize: Int) -> Bool {
    length > 0 && offset <= UInt64(fileSize) && UInt64(length) <= UInt64(fileSize) - offset
  }
}

/// An entry of a list that could not be stored, and why.
public struct ClipFailure: Sendable, Hashable, Codable {
  public let description: ClipDescription
  public let reason: String

  public init(description: ClipDescription, reason: String) {
    self.description = description
    self.reason = reason
  }
}
