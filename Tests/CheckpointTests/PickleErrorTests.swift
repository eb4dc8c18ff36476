import Foundation
import SluiceCheckpoints
import TestSupport
import Testing

/// Pickles that make no sense end in a sentence with the byte where they stop making any.
@Suite struct PickleErrorTests {
  private static let four = [UInt8](repeating: 0, count: 16)

  private func sentence(_ bytes: [UInt8]) throws -> String {
    try withTemporaryFolder { folder in
      let path = "\(folder)/file.pth"
      try Data(bytes).write(to: URL(filePath: path))
      do {
        let file = try PyTorchFile(path: path)
        for tensor in file.tensors { _ = try file.bytes(tensor.name) }
        return "nothing was thrown"
      } catch {
        return "\(error)"
      }
    }
  }

  static let programs: [(opcodes: [UInt8], sentence: String)] = [
    ([0x80, 9], "pickle protocol 9; read are those up to 5"),
    ([0x50], "opcode 50 is none of those that tensors are written with"),
    ([0x58, 0xFF, 0xFF, 0xFF, 0x7F], "a string of 2147483647 bytes, 1 are left"),
    ([0x54, 0xFF, 0xFF, 0xFF, 0xFF], "a string of -1 bytes"),
    ([0x8B, 0, 0, 0, 0x40], "an integer of 1073741824 bytes; the longest read has 1024"),
    ([0x49] + [UInt8](repeating: 0x31, count: 1100) + [0x0A], "a number of 1100 digits; the longest read has 1024"),
    ([0x46, 0x78, 0x0A], "x is no number"), ([0x49, 0x78, 0x0A], "x is no integer"),
    ([0x67, 0x78, 0x0A], "x is no slot of the memo"), ([0x68, 7], "slot 7 of the memo is empty"),
    ([0x4E, 0x4E, 0x61], "appends to None"), ([0x4E, 0x28, 0x4E, 0x4E, 0x75], "sets items of None"),
    ([0x7D, 0x28, 0x4E, 0x75], "sets 1 keys and values, an odd number"),
    ([0x7D, 0x5D, 0x4E, 0x73], "a list is no key of a dictionary"), ([0x74], "there is no mark on the stack"),
    ([0x30], "takes a value from an empty stack"), ([0x32], "looks at an empty stack"),
    ([0x4E, 0x4E, 0x93], "the name of a class is None and None"),
    ([0x63, 0x61], "a line of text has no end"), ([0x95, 1, 2], "8 bytes are announced, 3 are left"),
    ([0x4E, 0x51], "a persistent id is None, not a tuple"),
    ([0x29, 0x51], "a persistent id of 0 fields is none of a storage or a module"),
    ([0x4E], "holds None and no tensors"),
  ]

  @Test(arguments: programs.indices) func aProgramThatMakesNoSenseIsSaid(number: Int) throws {
    let (opcodes, sentence) = Self.programs[number]
    var pickle = PickleAssembler()
    for opcode in opcodes { pickle.raw(opcode) }
    let found = try self.sentence(pickle.archive())
    #expect(found.contains(sentence), "\(found)")
  }

  private static func called(_ module: String, _ name: String, _ write: (inout PickleAssembler) -> Void) -> [UInt8] {
    var pickle = PickleAssembler()
    pickle.global(module, name)
    write(&pickle)
    pickle.raw(0x52)
    return Array(pickle.bytes.dropFirst(2))
  }

  /// Calls with what they cannot take: nothing, None, a list, a tuple of it.
  static let calls: [(opcodes: [UInt8], sentence: String)] = [
    ([0x4E, 0x29, 0x52], "calls None, which is no class or function"),
    (called("my", "Thing") { $0.raw(0x4E) }, "the arguments of a call are None"),
    ([0x63] + Array("my\nThing\n".utf8) + [0x29, 0x4E, 0x92], "the named arguments of a class are None"),
    (
      called("collections", "OrderedDict") { $0.raw(0x4E, 0x85) },
      "an ordered dictionary is made of nothing or of a list of pairs"
    ),
    (
      called("collections", "OrderedDict") { $0.raw(0x5D, 0x4E, 0x61, 0x85) },
      "an ordered dictionary is made of pairs, one of them is None"
    ),
    (called("torch.nn.parameter", "Parameter") { $0.raw(0x4E, 0x85) }, "Parameter takes a tensor, not None"),
    (called("torch", "Size") { $0.raw(0x4E, 0x85) }, "torch.Size takes a tuple"),
    (called("torch.jit._pickle", "build_intlist") { $0.raw(0x4E, 0x85) }, "build_intlist takes one list"),
    ([0x4E, 0x4E, 0x62], "sets the state of None"),
    (
      called("os", "system") { $0.raw(0x29) },
      "the file asks to call os.system. It is hostile; nothing was run, do not use it"
    ),
    (
      called("torch._utils", "_rebuild_tensor_v2") { $0.raw(0x28, 0x4E, 0x4E, 0x4E, 0x4E, 0x4E, 0x4E, 0x74) },
      "a tensor is made from None"
    ),
    (called("torch._utils", "_rebuild_tensor_v3") { $0.raw(0x29) }, "a tensor is made from 0 values"),
    (
      called("torch._utils", "_rebuild_tensor") {
        $0.raw(0x28)
        $0.storage("0", count: 4)
        $0.raw(0x4E, 0x4E, 0x4E, 0x74)
      }, "a tensor is made from a storage, None, None, None"
    ),
    (
      called("torch._utils", "_rebuild_tensor_v3") { $0.raw(0x28, 0x4E, 0x4E, 0x4E, 0x4E, 0x4E, 0x4E, 0x4E, 0x74) },
      "a tensor with its own element type is made from None and None"
    ),
  ]

  @Test(arguments: calls.indices) func aCallOfWhatItCannotTakeIsSaid(number: Int) throws {
    let (opcodes, sentence) = Self.calls[number]
    var pickle = PickleAssembler()
    for opcode in opcodes { pickle.raw(opcode) }
    let found = try self.sentence(pickle.archive())
    #expect(found.contains(sentence), "\(found)")
  }

  @Test func aShortPickleThatMakesMuchIsRefused() throws {
    var pickle = PickleAssembler()
    pickle.raw(0x5D, 0x28)
    for _ in 0..<2000 { pickle.raw(0x4B, 1, 0x4B, 2, 0x86) }
    pickle.raw(0x65, 0x71, 0)
    pickle.global("collections", "OrderedDict")
    pickle.raw(0x71, 1, 0x30)
    for _ in 0..<1000 { pickle.raw(0x68, 1, 0x68, 0, 0x85, 0x52, 0x30) }
    #expect(try sentence(pickle.archive()).contains("the pickle multiplies its contents beyond the size of the file"))
  }

  static let values: [(write: @Sendable (inout PickleAssembler) -> Void, sentence: String)] = [
    (
      {
        $0.global("torch._utils", "_rebuild_tensor_v2")
        $0.raw(0x4E, 0x85, 0x52)
      }, "a tensor is made from 1 values"
    ),
    (
      { $0.tensor("0", type: "FloatStorag", count: 4, sizes: [4], strides: [1]) }, "FloatStorag is no type of a storage"
    ),
    ({ $0.storage("0", count: -1) }, "the storage 0 would have -1 elements"),
    (
      {
        $0.global("torch._utils", "_rebuild_tensor_v3")
        $0.raw(0x28)
        $0.storage("0", type: "DoubleStorage", count: 1 << 49)
        $0.integer(0)
        $0.integers([1])
        $0.integers([1])
        $0.raw(0x89, 0x4E)
        $0.global("torch", "uint16")
        $0.raw(0x74, 0x52)
      }, "the storage 0 "
    ),
    (
      { $0.tensor("0", count: 4, sizes: [-1], strides: [1]) },
      "a tensor has offset 0, sizes [-1], strides [1], some of them negative"
    ),
    (
      { $0.tensor("0", count: 4, sizes: [2, 2], strides: [.max, 1]) }, "strides [9223372036854775807, 1] leave 63 bits"
    ),
    (
      { $0.tensor("0", count: 4, offset: 1, sizes: [4], strides: [1]) },
      "a tensor with offset 1, sizes [4], strides [1] reaches element 4 of the storage 0, which has 4"
    ),
    (
      { $0.tensor("0", count: 4, sizes: [2, 2], strides: [1]) },
      "a tensor's sizes and strides are not as many integers, at most 64"
    ),
    (
      { $0.tensor("0", count: 4, sizes: [1 << 30, 1 << 30], strides: [0, 0]) }, "has more elements than are read"
    ),
    (
      {
        $0.raw(0x28)
        for text in ["storage", "1", "2", "3"] { $0.string(text) }
        $0.integer(1)
        $0.raw(0x74, 0x51)
      }, "a storage is given by"
    ),
    (
      {
        $0.raw(0x28)
        $0.string("module")
        $0.raw(0x4E, 0x4E, 0x4E, 0x74, 0x51)
      }, "the class of a module is None"
    ),
    (
      {
        $0.raw(0x28)
        $0.string("storage")
        $0.global("torch", "FloatStorage")
        for text in ["0", "cpu"] { $0.string(text) }
        $0.integer(4)
        $0.raw(0x29, 0x74, 0x51)
      },
      "the storage 0 is a view of another, as PyTorch before 0.4 wrote them. Load and save the file with a newer one"
    ),
    (
      {
        $0.global("my.program", "Thing")
        $0.raw(0x29, 0x81)
      }, "holds one object of my.program.Thing, which is neither a module nor a dictionary of tensors"
    ),
  ]

  @Test(arguments: values.indices) func aValueThatIsNoTensorIsSaid(number: Int) throws {
    let (write, sentence) = Self.values[number]
    var pickle = PickleAssembler()
    write(&pickle)
    let found = try self.sentence(pickle.archive(["0": Self.four]))
    #expect(found.contains(sentence), "\(found)")
  }

  @Test func aProgramWithoutAnEndIsSaid() throws {
    var archive = StoredArchive()
    archive.records = [("x/data.pkl", [0x80, 2, 0x7D])]
    #expect(try sentence(archive.bytes).contains("the pickle ends without STOP"))
  }

  @Test(.enabled(if: isLongTier)) func aProgramOfMoreInstructionsThanAnyFileHasIsRefused() async {
    // Fifty million instructions of one byte each.
    await #expect(processExitsWith: .success) {
      let path = FileManager.default.temporaryDirectory.path + "/sluice-\(UUID().uuidString).pth"
      var archive = StoredArchive()
      var pickle: [UInt8] = [0x80, 2, 0x4E]
      pickle.reserveCapacity(100_000_010)
      // A value is doubled and dropped again.
      for _ in 0..<25_000_001 { pickle += [0x32, 0x30] }
      archive.records = [("x/data.pkl", pickle)]
      try Data(archive.bytes).write(to: URL(filePath: path))
      defer { try? FileManager.default.removeItem(atPath: path) }
      exitExpecting("the pickle has more than 50000000 instructions") { _ = try PyTorchFile(path: path) }
    }
  }

  // MARK: The archive around it

  private func archive(_ records: [(String, [UInt8])]) -> [UInt8] {
    var pickle = PickleAssembler()
    pickle.tensor("0", count: 4, sizes: [4], strides: [1])
    var archive = StoredArchive()
    archive.records = [("x/data.pkl", pickle.ended)] + records
    return archive.bytes
  }

  @Test func recordsThatDoNotFitTheirPickleAreSaid() throws {
    let whole: (String, [UInt8]) = ("x/data/0", Self.four)
    for (records, wanted) in [
      ([], "there is no record x/data/0 for a storage"),
      ([("x/data/0", [1, 2])], "the storage 0 should have 4 × 4 bytes, its record has 2"),
      (
        [whole, ("x/byteorder", Array("big".utf8))],
        "the byte order is big; read are little-endian files. Load and save it on a little-endian machine"
      ),
      ([whole, ("x/version", Array("11\n".utf8))], "the archive has version 11; read are those up to 10"),
      (
        [whole, ("x/version", [UInt8](repeating: 0x31, count: 65))], "the record version has 65 bytes"
      ),
      ([whole, whole], "two records are called x/data/0"),
      ([whole, ("y/data.pkl", [0x4E, 0x2E])], "has several pickles: x/data.pkl, y/data.pkl"),
    ] as [([(String, [UInt8])], String)] {
      let found = try sentence(archive(records))
      #expect(found.contains(wanted), "\(found)")
    }
    var empty = StoredArchive()
    empty.records = [("x/data", [])]
    #expect(
      try sentence(empty.bytes).contains(
        "is a ZIP archive without a record FOLDER/data.pkl, so not one of PyTorch's"))
  }

  /// Offsets in the archive of one pickle and one storage.
  private struct Layout {
    var bytes: [UInt8]
    var end: Int { bytes.count - 22 }
    var directory: Int { number(end + 16, 4) }
    /// The second entry of the directory, and its local header.
    var entry: Int { directory + 46 + number(directory + 28, 2) }
    var header: Int { number(entry + 42, 4) }

    func number(_ place: Int, _ width: Int) -> Int {
      (0..<width).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
    }

    mutating func put(_ value: Int, _ width: Int, at place: Int) {
      for byte in 0..<width { bytes[place + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
    }
  }

  private static let damages: [(change: @Sendable (inout Layout) -> Void, sentence: String)] = [
    ({ $0.bytes.removeLast(30) }, "begins as a ZIP archive but has no directory at its end: it was cut off"),
    ({ $0.put(1, 2, at: $0.end + 4) }, "the archive is split over several files"),
    (
      { $0.put(1 << 30, 4, at: $0.end + 16) }, "bytes long: outside"
    ),
    (
      {
        $0.put(900, 2, at: $0.end + 8)
        $0.put(900, 2, at: $0.end + 10)
      }, "bytes, too few for 900 records"
    ),
    ({ $0.put(0, 4, at: $0.directory) }, "no entry of the archive's directory is here"),
    ({ $0.put(1, 2, at: $0.entry + 8) }, "the record x/data/0 is encrypted"),
    (
      {
        $0.put(8, 2, at: $0.entry + 10)
      }, "the record x/data/0 is compressed; records that hold tensors are stored as they are"
    ),
    (
      { $0.bytes[$0.header + 30 + 8] ^= 1 },
      "was written: the file is damaged"
    ),
    (
      { $0.put(1 << 28, 4, at: $0.entry + 42) },
      "the record x/data/0 would begin at byte 268435456, outside the records"
    ),
    ({ $0.put(1 << 28, 4, at: $0.entry + 20) }, "the record x/data/0 would take 268435456 bytes, 16 are there"),
    ({ $0.put(8, 4, at: $0.entry + 24) }, "the stored record x/data/0 has two sizes, 8 and 16"),
    ({ $0.put(0xFFFF_FFFF, 4, at: $0.entry + 24) }, "the record x/data/0 should have 64-bit sizes and has none"),
    ({ $0.put(0, 4, at: $0.header) }, "the record x/data/0 should begin here and does not"),
    ({ $0.bytes[$0.header + 30] = 0x79 }, "the record here is not called x/data/0, as the directory says"),
    (
      {
        let size = $0.number($0.directory + 20, 4) + 40
        $0.put(size, 4, at: $0.directory + 20)
        $0.put(size, 4, at: $0.directory + 24)
      }, "the records x/data.pkl and x/data/0 overlap"
    ),
  ]

  @Test(arguments: damages.indices) func anArchiveThatContradictsItselfIsSaid(number: Int) throws {
    let (change, wanted) = Self.damages[number]
    var layout = Layout(bytes: archive([("x/data/0", Self.four)]))
    change(&layout)
    let found = try sentence(layout.bytes)
    #expect(found.contains(wanted), "\(found)")
  }

  @Test func aLocatorThatPointsNowhereIsSaid() throws {
    var bytes = archive([("x/data/0", Self.four)])
    let end = bytes.count - 22
    bytes.insert(contentsOf: [0x50, 0x4B, 6, 7] + [UInt8](repeating: 0, count: 16), at: end)
    #expect(try sentence(bytes).contains("points to no 64-bit directory record"))
  }

  // MARK: The container before 1.6

  private static let magic: [UInt8] = [
    0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
  ]

  /// A file of the old form with one tensor of four floats.
  private func legacy(
    version: Int = 1001, isLittle: UInt8 = 0x88, keys: [String] = ["0"], count: Int = 4, type: String = "FloatStorage",
    system: [UInt8]? = nil, list: [UInt8]? = nil
  ) -> [UInt8] {
    var first = PickleAssembler()
    first.integer(version)
    var second = PickleAssembler()
    second.raw(0x7D)
    second.string("little_endian")
    second.raw(isLittle, 0x73)
    var object = PickleAssembler()
    object.tensor("0", type: type, count: 4, sizes: [4], strides: [1])
    var last = PickleAssembler()
    last.raw(0x5D, 0x28)
    for key in keys { last.string(key) }
    last.raw(0x65)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) }
    let storages = keys.flatMap { _ in length + Self.four }
    return Self.magic + first.ended + (system ?? second.ended) + object.ended + (list ?? last.ended) + storages
  }

  @Test func filesOfTheOldFormThatMakeNoSenseAreSaid() throws {
    #expect(try sentence(legacy()) == "nothing was thrown")
    for (bytes, wanted) in [
      (legacy(version: 7), "the protocol version is not 1001"),
      (legacy(system: [0x80, 2, 0x4E, 0x2E]), "the second pickle does not say in which byte order the file is"),
      (legacy(isLittle: 0x89), "the byte order is big-endian; load and save it on a little-endian machine"),
      (legacy(list: [0x80, 2, 0x4E, 0x2E]), "the last pickle is no list of storages"),
      (legacy(keys: ["7"]), "the list of storages has one that no tensor uses"),
      (legacy(keys: []), "the storage 0 is not in the file"),
      (legacy(keys: ["0", "0"]), "the list of storages has 0 twice"),
      (legacy(count: 5), "the storage 0 has 5 elements, its tensors say 4"),
      (
        legacy(type: "OddStorage"),
        "the storage 0 has elements of torch.OddStorage, whose size is not known here"
      ),
    ] {
      let found = try sentence(bytes)
      #expect(found.contains(wanted), "\(found)")
    }
  }
}
