import Foundation
import Glibc
import SluiceCheckpoints
import TestSupport
import Testing

/// Files of tensors that are damaged or are something else, in the sentences that say so.
@Suite struct WeightFileErrorTests {
  private func opening(_ header: String, data: Int, declared: Int? = nil) throws -> String {
    try withTemporaryFolder { folder in
      let length = UInt64(declared ?? header.utf8.count)
      let bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(header.utf8)
      try Data(bytes + [UInt8](repeating: 7, count: data)).write(to: URL(filePath: "\(folder)/x"))
      return sentence { _ = try SafetensorsFile(path: "\(folder)/x") }
    }
  }

  private static func tensor(_ name: String, _ type: String, _ shape: String, _ offsets: String) -> String {
    "\"\(name)\": {\"dtype\": \"\(type)\", \"shape\": \(shape), \"data_offsets\": \(offsets)}"
  }

  static let headers: [(header: String, data: Int, sentence: String)] = [
    ("{", 0, "the header is no JSON object of tensors:"),
    ("[]", 0, "the header does not begin with {"),
    ("{\"a\": {\"b\": \"c\"}}", 0, "the header is no JSON object of tensors:"),
    ("{\(tensor("a", "Q7", "[4]", "[0, 4]"))}", 4, "a has element type Q7; read are"),
    ("{\(tensor("a", "U8", "[-4]", "[0, 4]"))}", 4, "a has an impossible shape [-4]"),
    ("{\(tensor("a", "U8", "[4]", "[0, 9]"))}", 4, "a has data_offsets [0, 9]; the file has 4 bytes of tensors"),
    ("{\(tensor("a", "U8", "[4]", "[0, 3]"))}", 4, "a: U8 [4] takes 4 bytes, data_offsets [0, 3] hold 3"),
    (
      "{\(tensor("a", "U8", "[4]", "[0, 4]")), \(tensor("b", "U8", "[4]", "[5, 9]"))}", 9,
      "; tensors follow each other without gaps"
    ),
    ("{\(tensor("a", "U8", "[4]", "[0, 4]"))}", 6, "2 bytes at the end belong to no tensor"),
  ]

  @Test(arguments: headers.indices) func aHeaderThatContradictsItsFileIsSaid(number: Int) throws {
    let (header, data, wanted) = Self.headers[number]
    let found = try opening(header, data: data)
    #expect(found.contains(wanted), "\(found)")
  }

  @Test func filesThatAreCutOffOrSomethingElseAreSaid() throws {
    #expect(
      try opening("{}", data: 0, declared: 1 << 40).hasSuffix(
        "declares a header of 1099511627776 bytes; the file has 2 after the length and a header at most 100000000. It is "
          + "cut off, or no safetensors file"))
    try withTemporaryFolder { folder in
      let path = "\(folder)/x"
      try Data([1, 2, 3]).write(to: URL(filePath: path))
      #expect(
        sentence { _ = try SafetensorsFile(path: path) }.hasSuffix(
          "3 bytes are too few for a safetensors file, which begins with 8 of length"))
      #expect(
        sentence { _ = try SafetensorsFile(path: folder) }
          == "\(folder): is a directory; a weight file or the directory of a checkpoint is wanted")
    }
  }

  @Test func tensorsThatAreNotThereOrDoNotFitAreSaid() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/x.safetensors"
      let big = TensorInfo(name: "big", type: .uint64, shape: [1])
      let real = TensorInfo(name: "real", type: .float32, shape: [1])
      try SafetensorsFile.write(
        [TensorContent(big, bytes: [UInt8](repeating: 255, count: 8)), TensorContent(real, bytes: [0, 0, 0, 0])],
        to: path)
      let file = try SafetensorsFile(path: path)
      #expect(
        sentence { _ = try file.floats("bigg") } == "\(path): there is no tensor bigg among 2; the nearest is big")
      #expect(
        sentence { _ = try file.integers("big") }
          == "\(path): big holds U64 values that are no 64-bit signed integers")
      let other = TensorInfo(name: "other", type: .uint8, shape: [1])
      #expect(
        sentence { try file.withBytes(of: other) { _ in } }.hasSuffix("x.safetensors: other is no tensor of this file"))
      let mapped = try KeyMap("mine", "as they are", [.strip("model.")]).apply(to: file)
      #expect(
        sentence { try mapped.withBytes(of: other) { _ in } } == "\(path): other is no tensor of this file")
      let twice = [TensorContent(real, bytes: [0, 0, 0, 0]), TensorContent(real, bytes: [0, 0, 0, 0])]
      #expect(
        sentence { try SafetensorsFile.write(twice, to: path) }.contains("two tensors would be called real"))
      let long = ["note": String(repeating: "x", count: 105_000_000)]
      #expect(
        sentence { try SafetensorsFile.write([], metadata: long, to: path) }.contains("bytes; shorten the metadata"))
    }
  }

  @Test func aLayoutThatMakesOneOfTwoIsRefused() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/x.safetensors"
      let contents = ["a.x", "b.x"].map { TensorContent(TensorInfo(name: $0, type: .uint8, shape: [1]), bytes: [1]) }
      try SafetensorsFile.write(contents, to: path)
      let map = KeyMap("mine", "both as one", [.strip("a."), .strip("b.")])
      #expect(
        sentence { _ = try map.apply(to: SafetensorsFile(path: path)) }
          == "\(path): the layout mine gives several tensors the name x. Use another with --map")
    }
  }

  @Test(.disabled(if: isSanitized, "the sanitizers map memory themselves"))
  func aFileThatTheSystemDoesNotMapIsSaid() async {
    await #expect(processExitsWith: .success) {
      let path = FileManager.default.temporaryDirectory.path + "/sluice-\(UUID().uuidString)"
      try Data([1, 2, 3]).write(to: URL(filePath: path))
      defer { unlink(path) }
      try failSystemCall(.map, with: ENODEV)
      exitExpecting("cannot be mapped: No such device") { _ = try SafetensorsFile(path: path) }
    }
  }
}
