/// What a PyTorch file holds before its tensors have names: the root value, the heap, and where storages' bytes are.
struct PyTorchArchive {
  let format: PyTorchFile.Format
  let root: PickleValue
  let heap: PickleHeap
  /// The bytes of each storage in the file, by key.
  let storages: [String: Range<Int>]
}

// The ZIP container of torch.save since 1.6, and of TorchScript.
extension PyTorchArchive {
  init(zip file: MappedFile) throws(CheckpointError) {
    let archive = try ZipArchive(file)
    let pickles = archive.records.keys.filter { $0.hasSuffix("/data.pkl") && $0.split(separator: "/").count == 2 }
    guard let pickle = pickles.first, pickles.count == 1, let program = try archive.verified(pickle) else {
      let reason =
        pickles.isEmpty
        ? "is a ZIP archive without a record FOLDER/data.pkl, so not one of PyTorch's"
        : "has several pickles: \(pickles.sorted().joined(separator: ", "))"
      throw CheckpointError(.malformed, file: file.path, reason)
    }
    let folder = pickle.dropLast("data.pkl".count)
    try Self.checkVersion(archive, folder)
    let isScript =
      archive.records["\(folder)constants.pkl"] != nil
      || archive.records.keys.contains { $0.hasPrefix("\(folder)code/") }
    var machine = PickleMachine(ByteReader(file, program))
    root = try machine.run()
    heap = machine.heap
    format = isScript ? .torchScript : .zip
    var storages: [String: Range<Int>] = [:]
    for storage in heap.storages {
      let name = "\(folder)data/\(storage.key)"
      // Read once, however many tensors share it.
      let known = storages[storage.key]
      guard let bytes = known == nil ? try archive.verified(name) : known else {
        throw CheckpointError(
          .malformed, file: file.path, position: storage.position, "there is no record \(name) for a storage")
      }
      storages[storage.key] = bytes
      try Self.checkLength(storage, bytes.count, file)
    }
    self.storages = storages
  }

  private static func checkVersion(_ archive: ZipArchive, _ folder: Substring) throws(CheckpointError) {
    let file = archive.file
    func content(_ record: String) throws(CheckpointError) -> (text: String, position: Int)? {
      guard let bytes = try archive.verified("\(folder)\(record)") else { return nil }
      guard bytes.count <= 64 else {
        throw CheckpointError(
          .malformed, file: file.path, position: bytes.lowerBound, "the record \(record) has \(bytes.count) bytes")
      }
      return (file.text(bytes).trimmed, bytes.lowerBound)
    }
    if let order = try content("byteorder"), order.text != "little" {
      throw CheckpointError(
        .unsupported, file: file.path, position: order.position,
        "the byte order is \(order.text); read are little-endian files. Load and save it on a little-endian machine")
    }
    if let version = try content("version") {
      guard let number = Int(version.text), number <= 10 else {
        throw CheckpointError(
          .unsupported, file: file.path, position: version.position,
          "the archive has version \(version.text); read are those up to 10")
      }
    }
  }

  fileprivate static func checkLength(
    _ storage: PickleStorage, _ found: Int, _ file: MappedFile
  ) throws(CheckpointError) {
    // The count is below 2⁵⁰: no product overflows.
    guard let size = storage.elementSize, storage.count * size > found else { return }
    throw CheckpointError(
      .malformed, file: file.path, position: storage.position,
      "the storage \(storage.key) should have \(storage.count) × \(size) bytes, its record has \(found)")
  }
}

// The container before 1.6: five pickles, then the storages in the order of the last of them.
extension PyTorchArchive {
  /// How a legacy file begins: a pickle of the number 0x1950A86A20F9469CFC6C.
  static let legacyMagic: [UInt8] = [
    0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
  ]

  init(legacy file: MappedFile) throws(CheckpointError) {
    var version = PickleMachine(ByteReader(file, Self.legacyMagic.count..<file.count))
    guard case .int(1001) = try version.run() else { throw version.failure("the protocol version is not 1001") }
    var system = PickleMachine(version.reader)
    guard case .dict(let information) = try system.run(),
      case .bool(let isLittle)? = system.heap.dicts[information]["little_endian"]
    else { throw system.failure("the second pickle does not say in which byte order the file is") }
    guard isLittle else {
      throw CheckpointError(
        .unsupported, file: file.path, position: system.instructionOffset,
        "the byte order is big-endian; load and save it on a little-endian machine")
    }
    var object = PickleMachine(system.reader)
    root = try object.run()
    heap = object.heap
    format = .legacy
    var keys = PickleMachine(object.reader)
    guard case .list(let list) = try keys.run() else { throw keys.failure("the last pickle is no list of storages") }

    let known = Dictionary(heap.storages.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    var storages: [String: Range<Int>] = [:]
    var reader = keys.reader
    for value in keys.heap.lists[list] {
      guard let key = keys.heap.string(value), let storage = known[key] else {
        throw reader.malformed("the list of storages has one that no tensor uses")
      }
      guard let size = storage.elementSize else {
        throw CheckpointError(
          .unsupported, file: file.path, position: storage.position,
          "the storage \(key) has elements of \(storage.typeName), whose size is not known here")
      }
      let count = try reader.integer(Int64.self)
      guard count == storage.count else {
        throw reader.malformed("the storage \(key) has \(count) elements, its tensors say \(storage.count)")
      }
      let start = try reader.advance(storage.count * size)
      guard storages.updateValue(start..<reader.position, forKey: key) == nil else {
        throw reader.malformed("the list of storages has \(key) twice")
      }
    }
    for storage in heap.storages {
      guard let bytes = storages[storage.key] else {
        throw CheckpointError(
          .malformed, file: file.path, position: storage.position, "the storage \(storage.key) is not in the file")
      }
      try Self.checkLength(storage, bytes.count, file)
    }
    self.storages = storages
  }
}

extension String {
  /// Without blanks and line ends at both ends.
  fileprivate var trimmed: String {
    var text = self[...]
    while text.last?.isWhitespace == true { text.removeLast() }
    while text.first?.isWhitespace == true { text.removeFirst() }
    return String(text)
  }
}
