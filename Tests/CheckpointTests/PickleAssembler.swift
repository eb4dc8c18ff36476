/// Writes pickles by hand, opcode by opcode, as no honest writer would.
struct PickleAssembler {
  private(set) var bytes: [UInt8] = [0x80, 2]

  /// Appends opcodes and arguments as they are.
  mutating func raw(_ opcodes: UInt8...) { bytes += opcodes }

  /// A string.
  mutating func string(_ text: String) { bytes += [0x58] + Self.field(text.utf8.count, 4) + Array(text.utf8) }

  /// An integer of up to 64 bits.
  mutating func integer(_ value: Int) { bytes += [0x8A, 8] + Self.field(value, 8) }

  /// A class or function.
  mutating func global(_ module: String, _ name: String) { bytes += [0x63] + Array("\(module)\n\(name)\n".utf8) }

  /// A tuple of integers.
  mutating func integers(_ values: [Int]) {
    raw(0x28)
    for value in values { integer(value) }
    raw(0x74)
  }

  /// A storage.
  mutating func storage(_ key: String, type: String = "FloatStorage", count: Int) {
    raw(0x28)
    string("storage")
    global("torch", type)
    string(key)
    string("cpu")
    integer(count)
    raw(0x74, 0x51)
  }

  /// A tensor of a storage.
  mutating func tensor(
    _ key: String, type: String = "FloatStorage", count: Int, offset: Int = 0, sizes: [Int], strides: [Int]
  ) {
    global("torch._utils", "_rebuild_tensor_v2")
    raw(0x28)
    storage(key, type: type, count: count)
    integer(offset)
    integers(sizes)
    integers(strides)
    raw(0x89, 0x4E, 0x74, 0x52)
  }

  /// The pickle, ended.
  var ended: [UInt8] { bytes + [0x2E] }

  /// An archive of this pickle and storages.
  func archive(_ storages: [String: [UInt8]] = [:]) -> [UInt8] {
    var archive = StoredArchive()
    archive.records.append(("x/data.pkl", ended))
    for (key, content) in storages.sorted(by: { $0.key < $1.key }) {
      archive.records.append(("x/data/\(key)", content))
    }
    return archive.bytes
  }

  private static func field(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}
