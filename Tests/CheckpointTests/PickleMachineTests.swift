import Foundation
import SluiceCheckpoints
import TestSupport
import Testing

@Suite struct PickleMachineTests {
  private let four: [UInt8] = [0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64, 0, 0, 128, 64]

  private func open(_ bytes: [UInt8]) throws -> PyTorchFile {
    try withTemporaryFolder { folder in
      let path = "\(folder)/file.pth"
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      return try PyTorchFile(path: path)
    }
  }

  private func pickle(_ write: (inout PickleAssembler) -> Void) -> PickleAssembler {
    var pickle = PickleAssembler()
    write(&pickle)
    return pickle
  }

  /// The error a file ends in, which must take little work.
  private func failure(_ bytes: [UInt8]) throws -> String {
    let (error, seconds) = processorSeconds {
      #expect(throws: CheckpointError.self) {
        let file = try open(bytes)
        for tensor in file.tensors { _ = try file.bytes(tensor.name) }
      }
    }
    #expect(seconds < (isSanitized ? 120 : 20))
    return error.map { "\($0)" } ?? ""
  }

  @Test func viewsAreReadAsTheyAreLookedAt() throws {
    let file = try open(
      pickle {
        $0.raw(0x7D, 0x28)
        $0.string("plain")
        $0.tensor("0", count: 4, sizes: [2, 2], strides: [2, 1])
        $0.string("transposed")
        $0.tensor("0", count: 4, sizes: [2, 2], strides: [1, 2])
        $0.string("repeated")
        $0.tensor("0", count: 4, offset: 3, sizes: [2, 1, 3], strides: [0, 9, 0])
        $0.string("reversed columns")
        $0.tensor("0", count: 4, offset: 1, sizes: [3], strides: [1])
        $0.string("scalar")
        $0.tensor("0", count: 4, offset: 2, sizes: [], strides: [])
        $0.string("empty")
        $0.tensor("0", count: 4, offset: 99, sizes: [3, 0], strides: [7, 7])
        $0.raw(0x75)
      }.archive(["0": four]))
    #expect(try file.floats("plain") == [1, 2, 3, 4])
    #expect(try file.floats("transposed") == [1, 3, 2, 4])
    #expect(try file.floats("repeated") == [4, 4, 4, 4, 4, 4])
    #expect(try file.floats("reversed columns") == [2, 3, 4])
    #expect(try file.floats("scalar") == [3])
    #expect(try file.floats("empty") == [])
    #expect(file["empty"]?.shape == [3, 0])
  }

  @Test func tensorsOfKindsThatAreNotReadAreNamed() throws {
    let file = try open(
      pickle {
        $0.raw(0x7D, 0x28)
        $0.string("good")
        $0.tensor("0", count: 4, sizes: [4], strides: [1])
        $0.string("waves")
        $0.tensor("0", type: "ComplexFloatStorage", count: 2, sizes: [2], strides: [1])
        $0.string("small")
        $0.global("torch._utils", "_rebuild_qtensor")
        $0.raw(0x29, 0x52, 0x75)
      }.archive(["0": four]))
    #expect(file.tensors.map(\.name) == ["good"])
    #expect(Set(file.unreadable.keys) == ["waves", "small"])
    let error = #expect(throws: CheckpointError.self) { try file.floats("waves") }
    #expect(error.map { "\($0)" }?.contains("waves") == true)
  }

  @Test func plainValuesStandBesideTheTensors() throws {
    let file = try open(
      pickle {
        $0.raw(0x7D, 0x28)
        $0.string("epoch")
        $0.raw(0x4B, 29)
        $0.string("meta")
        $0.raw(0x7D, 0x28)
        $0.string("rate")
        $0.raw(0x47, 0x3F, 0xE0, 0, 0, 0, 0, 0, 0)
        $0.raw(0x4B, 7)
        $0.raw(0x88, 0x75)
        $0.string("text forms")
        $0.raw(0x28)
        $0.raw(0x49, 0x30, 0x31, 0x0A)
        $0.raw(0x4C, 0x2D, 0x35, 0x4C, 0x0A)
        $0.raw(0x46, 0x32, 0x2E, 0x35, 0x0A)
        $0.raw(0x56, 0x68, 0x69, 0x0A)
        $0.raw(0x74, 0x75)
      }.archive())
    #expect(
      file.attributes == [
        "epoch": 29, "meta/rate": 0.5, "meta/7": true, "text forms/0": true, "text forms/1": -5, "text forms/2": 2.5,
        "text forms/3": "hi",
      ])
  }

  @Test(arguments: ["os", "posix", "subprocess", "builtins", "__builtin__", "importlib.util", "sys", "ctypes.util"])
  func hostileCallsAreRefusedByName(_ module: String) throws {
    for call in [UInt8(0x52), 0x81] {
      let text = try failure(
        pickle {
          $0.global(module, "system")
          $0.string("touch sluice_pickle_executed")
          $0.raw(0x85, call)
        }.archive())
      #expect(text.contains("\(module).system") && text.contains("hostile"), "\(text)")
    }
    #expect(!FileManager.default.fileExists(atPath: "sluice_pickle_executed"))
  }

  @Test func dictionariesThatHoldThemselvesEndInAnError() throws {
    let text = try failure(
      pickle {
        $0.raw(0x7D, 0x71, 0)
        $0.string("self")
        $0.raw(0x68, 0, 0x73)
      }.archive())
    #expect(text.contains("inside itself"))
  }

  @Test func valuesThatDoubleAtEachLevelEndInAnError() throws {
    // Each dictionary holds the one before twice: 2¹⁵⁰ places, of which none has a tensor.
    let text = try failure(
      pickle {
        $0.raw(0x7D, 0x71, 0)
        for level in 1...150 {
          $0.raw(0x7D, 0x28)
          $0.string("a")
          $0.raw(0x68, UInt8(level - 1))
          $0.string("b")
          $0.raw(0x68, UInt8(level - 1), 0x75, 0x71, UInt8(level))
        }
      }.archive())
    #expect(text.contains("far more values"))
  }

  @Test func listsThatAreCopiedAgainAndAgainEndInAnError() throws {
    let text = try failure(
      pickle {
        $0.raw(0x5D, 0x28)
        for _ in 0..<2000 {
          $0.raw(0x4B, 1, 0x4B, 2, 0x86)
        }
        $0.raw(0x65, 0x71, 0)
        $0.global("collections", "OrderedDict")
        $0.raw(0x71, 1, 0x30)
        for _ in 0..<1000 { $0.raw(0x68, 1, 0x68, 0, 0x85, 0x52, 0x30) }
      }.archive())
    #expect(text.contains("multiplies"))
  }

  @Test func largeTensorsOfSmallFilesAreRefused() throws {
    let wide = pickle { $0.tensor("0", count: 4, sizes: [1 << 20, 1 << 15], strides: [0, 0]) }
    #expect(try failure(wide.archive(["0": four])).contains("far more than the file"))
    let wider = pickle { $0.tensor("0", count: 4, sizes: [1 << 30, 1 << 30], strides: [0, 0]) }
    #expect(try failure(wider.archive(["0": four])).contains("more elements"))
    let hidden = pickle { $0.tensor("0", count: 4, sizes: [1 << 40, 1 << 40, 0], strides: [1, 1, 1]) }
    #expect(try failure(hidden.archive(["0": four])).contains("more elements"))
    let deep = pickle {
      $0.tensor("0", count: 4, sizes: [Int](repeating: 1, count: 65), strides: [Int](repeating: 1, count: 65))
    }
    #expect(try failure(deep.archive(["0": four])).contains("at most 64"))
  }

  @Test(arguments: [
    (0, [2, 3], [2, 1]), (4, [1], [1]), (0, [2], [4]), (0, [2, 2], [Int.max, 1]), (Int.max, [2], [1]), (1, [4], [1]),
  ])
  func viewsThatLeaveTheirStorageAreRefused(_ offset: Int, _ sizes: [Int], _ strides: [Int]) throws {
    let bad = pickle { $0.tensor("0", count: 4, offset: offset, sizes: sizes, strides: strides) }
    #expect(try !failure(bad.archive(["0": four])).isEmpty)
  }

  @Test(arguments: [
    ([0x28] as [UInt8], "empty stack"), ([0x74], "no mark"), ([0x61], "empty stack"), ([0x4E, 0x4E, 0x61], "appends"),
    ([0x7D, 0x5D, 0x4E, 0x73], "no key"), ([0x7D, 0x28, 0x4E, 0x75], "odd"), ([0x4E, 0x4E, 0x52], "calls None"),
    ([0x68, 7], "slot 7"), ([0x8B, 0xFF, 0xFF, 0xFF, 0xFF], "integer of -1"), ([0x8B, 0, 0, 0, 0x40], "integer of"),
    ([0x58, 0xFF, 0xFF, 0xFF, 0x7F], "string of"), ([0x8D, 255, 255, 255, 255, 255, 255, 255, 255], "string of"),
    ([0x54, 0xFF, 0xFF, 0xFF, 0xFF], "string of -1"), ([0x80, 6], "protocol 6"), ([0x95, 1, 2], "announced"),
    ([0x63, 0x61], "no end"), ([0x4E, 0x4E, 0x93], "name of a class"), ([0x4E, 0x51], "persistent id"),
    ([0x29, 0x51], "persistent id"), ([0x4E, 0x4E, 0x62], "state"), ([0x49, 0x78, 0x0A], "no integer"),
    ([0x67, 0x78, 0x0A], "no slot"), ([0x82, 1], "opcode 82"), ([0x50, 0x0A], "opcode 50"), ([0x4E], "holds None"),
    ([0x69, 0x0A, 0x0A], "opcode 69"),
  ])
  func brokenProgramsEndInTheRightError(_ opcodes: [UInt8], _ reason: String) throws {
    let bad = pickle { pickle in for opcode in opcodes { pickle.raw(opcode) } }
    let text = try failure(bad.archive())
    #expect(text.contains(reason), "\(text)")
  }

  @Test func manyMarksAndManyTuplesEndInAnError() throws {
    let marks = pickle { pickle in for _ in 0..<300 { pickle.raw(0x28) } }
    #expect(try failure(marks.archive()).contains("nested deeper"))
    let tuples = pickle { pickle in
      pickle.raw(0x4E)
      for _ in 0..<300 { pickle.raw(0x85) }
    }
    #expect(try failure(tuples.archive()).contains("nested deeper"))
  }

  @Test func aMillionListsInsideEachOtherAreReleasedAndRefused() throws {
    let lists = pickle { pickle in
      pickle.raw(0x5D, 0x71, 0)
      for _ in 0..<1_000_000 { pickle.raw(0x5D, 0x71, 1, 0x61, 0x68, 1) }
      pickle.raw(0x68, 0)
    }
    #expect(try !failure(lists.archive()).isEmpty)
  }

  @Test func aModuleInsideADictionaryKeepsBothNames() throws {
    let file = try open(
      pickle {
        $0.raw(0x7D)
        $0.string("model")
        $0.global("my.net", "Net")
        $0.raw(0x29, 0x81, 0x7D, 0x28)
        $0.string("_parameters")
        $0.raw(0x7D, 0x28)
        $0.string("weight")
        $0.global("torch.nn.parameter", "Parameter")
        $0.tensor("0", count: 4, sizes: [4], strides: [1])
        $0.raw(0x85, 0x81)
        $0.string("bias")
        $0.raw(0x4E, 0x75)
        $0.raw(0x75, 0x62, 0x73)
      }.archive(["0": four]))
    #expect(file.tensors.map(\.name) == ["model/weight"])
  }

  @Test func equalNamesAreRefused() throws {
    let twice = pickle {
      $0.raw(0x7D, 0x28)
      $0.string("0")
      $0.tensor("0", count: 4, sizes: [4], strides: [1])
      $0.raw(0x4B, 0)
      $0.tensor("0", count: 4, sizes: [4], strides: [1])
      $0.raw(0x75)
    }
    #expect(try failure(twice.archive(["0": four])).contains("two tensors"))
  }

  @Test(arguments: [
    ("", "is empty"), ("version https://git-lfs.github.com/spec/v1\n", "git-lfs"), ("<!DOCTYPE html>", "HTML"),
    ("PK\u{5}\u{6}", "ZIP"), ("hello", "neither"),
  ])
  func foreignFilesAreRecognised(_ content: String, _ reason: String) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/file.pth"
      try Data(content.utf8).write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: CheckpointError.self) { try openWeights(path) }
      #expect(error.map { "\($0)" }?.contains(reason) == true, "\(error.map { "\($0)" } ?? "")")
    }
  }
}
