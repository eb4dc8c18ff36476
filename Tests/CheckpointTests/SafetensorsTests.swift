import Foundation
import SluiceCheckpoints
import TestSupport
import Testing

@Suite struct SafetensorsTests {
  private func write(_ header: String, data: Int = 0, declared: Int? = nil, to path: String) throws {
    let text = Array(header.utf8)
    let length = UInt64(declared ?? text.count)
    let bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + text
    try Data(bytes + [UInt8](repeating: 7, count: data)).write(to: URL(fileURLWithPath: path))
  }

  @Test func allTypesAndShapesComeBackBitForBit() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/all.safetensors"
      let shapes: [[Int]] = [[], [0], [3], [2, 0, 4], [2, 3, 5]]
      var contents: [TensorContent] = []
      var expected: [String: [UInt8]] = [:]
      for type in StoredType.allCases {
        for shape in shapes {
          let info = TensorInfo(name: "\(type.rawValue) é\"\\/\(shape)", type: type, shape: shape)
          let bytes = (0..<info.byteCount).map { UInt8(truncatingIfNeeded: $0 * 37 + shape.count) }
          contents.append(TensorContent(info, bytes: bytes))
          expected[info.name] = bytes
        }
      }
      let metadata = ["kind": "test", "leer": "", "text": "ü\n\"{}"]
      try SafetensorsFile.write(contents, metadata: metadata, to: path)
      let file = try SafetensorsFile(path: path)
      #expect(file.metadata == metadata)
      #expect(file.tensors.count == expected.count)
      for content in contents {
        #expect(file[content.info.name] == content.info)
        #expect(try file.bytes(content.info.name) == expected[content.info.name])
      }
      let first = try Data(contentsOf: URL(fileURLWithPath: path))
      try SafetensorsFile.write(contents, metadata: metadata, to: path)
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == first)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["all.safetensors"])
    }
  }

  @Test(arguments: [
    (#"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}"#, 8, ""),
    (#"{}"#, 0, ""),
    (#"{"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}}"#, 8, "takes 12 bytes"),
    (#"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}"#, 9, "belong to no tensor"),
    (#"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}"#, 7, "the file has 7"),
    (#"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}}"#, 8, "data_offsets"),
    (#"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [-8, 0]}}"#, 8, "data_offsets"),
    (#"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0]}}"#, 8, "data_offsets"),
    (#"{"a": {"dtype": "F32", "shape": [-1, -2], "data_offsets": [0, 8]}}"#, 8, "impossible shape"),
    (#"{"a": {"dtype": "F32", "shape": [4294967296, 4294967296], "data_offsets": [0, 8]}}"#, 8, "impossible shape"),
    (#"{"a": {"dtype": "F32", "shape": [4294967296, 4294967296, 0], "data_offsets": [0, 0]}}"#, 0, "impossible shape"),
    (#"{"a": {"dtype": "F32", "shape": [99999999999999999999], "data_offsets": [0, 8]}}"#, 8, "JSON"),
    (#"{"a": {"dtype": "F8_E4M3", "shape": [8], "data_offsets": [0, 8]}}"#, 8, "element type F8_E4M3"),
    (
      #"{"a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}, "b": {"dtype": "U8", "shape": [4], "data_offsets": [2, 6]}}"#,
      6, "overlaps"
    ),
    (
      #"{"a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}, "b": {"dtype": "U8", "shape": [4], "data_offsets": [5, 9]}}"#,
      9, "gap"
    ),
    (
      #"{"a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}, "a": {"dtype": "U8", "shape": [4], "data_offsets": [4, 8]}}"#,
      8, "belong to no tensor|gap"
    ),
    (#"{"a": {"dtype": "F32", "shape": [2]}}"#, 8, "JSON"),
    (#"{"a": 3}"#, 0, "JSON"), (#"{"a": "#, 0, "JSON"), (#" {}"#, 0, "begin with {"), (#"[]"#, 0, "begin with {"),
    (#"{"__metadata__": {"a": 1}}"#, 0, "JSON"), ("", 0, "begin with {"),
  ])
  func brokenHeadersAreRefusedWithTheReason(_ header: String, _ data: Int, _ reason: String) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/x.safetensors"
      try write(header, data: data, to: path)
      if reason.isEmpty {
        #expect(throws: Never.self) { try SafetensorsFile(path: path) }
      } else {
        let error = #expect(throws: CheckpointError.self) { try SafetensorsFile(path: path) }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.hasPrefix("\(path): byte "), "\(text)")
        #expect(reason.split(separator: "|").contains { text.contains($0) }, "\(text)")
      }
    }
  }

  @Test func deepNestingEndsInAnError() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/x.safetensors"
      let depth = 1_000_000
      try write("{\"a\":" + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}", to: path)
      #expect(throws: CheckpointError.self) { try SafetensorsFile(path: path) }
    }
  }

  @Test func absentEmptyShortAndForeignFilesAreRefused() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/x.safetensors"
      let absent = #expect(throws: CheckpointError.self) { try SafetensorsFile(path: path) }
      #expect(absent?.code == .unreadable)
      #expect(throws: CheckpointError.self) { try SafetensorsFile(path: folder) }
      for content in ["", "1234567", "version https://git-lfs.github.com/spec/v1\n"] {
        try Data(content.utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: CheckpointError.self) { try SafetensorsFile(path: path) }
      }
      try write("{}", declared: Int.max, to: path)
      #expect(throws: CheckpointError.self) { try SafetensorsFile(path: path) }
    }
  }

  @Test func askingForAnAbsentTensorNamesTheNearest() throws {
    let file = try #require(try Golden.files(ofKinds: ["maskfeat.hog"]).first)
    let error = #expect(throws: CheckpointError.self) { try file.floats("output.cell") }
    #expect(error.map { "\($0)" }?.contains("the nearest is output.cells") == true)
  }

  @Test func equalNamesAreNotWritten() throws {
    try withTemporaryFolder { folder in
      let info = TensorInfo(name: "a", type: .uint8, shape: [1])
      let content = TensorContent(info, bytes: [1])
      #expect(throws: CheckpointError.self) {
        try SafetensorsFile.write([content, content], to: "\(folder)/x.safetensors")
      }
      let left = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(left == [])
    }
  }

  @Test func aFailedWriteLeavesTheOldFile() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/x.safetensors"
      let info = TensorInfo(name: "a", type: .uint8, shape: [1])
      try SafetensorsFile.write([TensorContent(info, bytes: [1])], to: path)
      let missing = TensorInfo(name: "no such tensor", type: .uint8, shape: [1])
      let file = try SafetensorsFile(path: path)
      #expect(throws: CheckpointError.self) {
        try SafetensorsFile.write([TensorContent("b", copying: missing, of: file)], to: path)
      }
      #expect(try SafetensorsFile(path: path).bytes("a") == [1])
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["x.safetensors"])
    }
  }
}
