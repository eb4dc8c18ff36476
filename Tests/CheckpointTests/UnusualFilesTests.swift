import Foundation
import SluiceCheckpoints
import TestSupport
import Testing

/// Files of PyTorch that are unusual and not hostile: read as far as they are tensors, the rest named.
@Suite struct UnusualFilesTests {
  private let four: [UInt8] = [0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64, 0, 0, 128, 64]

  private func open(_ storages: [String: [UInt8]] = [:], _ write: (inout PickleAssembler) -> Void) throws -> PyTorchFile
  {
    var pickle = PickleAssembler()
    pickle.raw(0x7D, 0x28)
    write(&pickle)
    pickle.raw(0x75)
    return try withTemporaryFolder { folder in
      let path = "\(folder)/file.pth"
      try Data(pickle.archive(storages)).write(to: URL(fileURLWithPath: path))
      return try PyTorchFile(path: path)
    }
  }

  private func failure(_ write: (inout PickleAssembler) -> Void) -> String {
    let error = #expect(throws: CheckpointError.self) { try open([:], write) }
    return error.map { "\($0)" } ?? ""
  }

  // Objects

  @Test(
    arguments: ["builtins", "__builtin__"],
    [
      "frozenset", "set", "range", "slice", "type", "getattr", "dict.fromkeys", "bytes.fromhex", "ValueError", "object",
    ])
  func whatIsNoTensorIsOpaque(_ module: String, _ name: String) throws {
    for call in [UInt8(0x52), 0x81] {
      let file = try open(["0": four]) {
        $0.string("meta")
        $0.global(module, name)
        $0.raw(0x4E, 0x85, call)
        $0.string("w")
        $0.tensor("0", count: 4, sizes: [4], strides: [1])
      }
      #expect(try file.floats("w") == [1, 2, 3, 4])
      #expect(file.objects == ["meta": "\(module).\(name)"] && file.unreadable == [:])
    }
  }

  @Test func methodsOfClassesAndWhatTheyGiveAreOpaque() throws {
    let file = try open(["0": four]) {
      // As current trainers write statistics: getattr(HistoryBuffer, "min"), and a call of such a thing.
      $0.string("method")
      $0.global("builtins", "getattr")
      $0.global("mmengine.logging.history_buffer", "HistoryBuffer")
      $0.string("min")
      $0.raw(0x86, 0x52, 0x71, 9)
      $0.string("result")
      $0.raw(0x68, 9, 0x29, 0x52)
      $0.string("built")
      $0.raw(0x68, 9, 0x29, 0x81, 0x7D, 0x62)
      $0.string("nothing's type")
      $0.global("builtins", "type")
      $0.raw(0x4E, 0x85, 0x52)
      $0.string("class")
      $0.global("collections", "OrderedDict")
      $0.string("frozen")
      $0.raw(0x28, 0x4B, 1, 0x4B, 2, 0x91)
      $0.string("w")
      $0.tensor("0", count: 4, sizes: [2, 2], strides: [2, 1])
    }
    #expect(file.tensors.map(\.name) == ["w"])
    #expect(Set(file.objects.keys) == ["method", "result", "built", "nothing's type", "class", "frozen"])
  }

  @Test(arguments: [
    "eval", "exec", "compile", "open", "__import__", "execfile", "input", "setattr", "globals", "vars", "breakpoint",
    "__import__.x", "system",
  ])
  func whatOnlyAnAttackCallsStaysRefused(_ name: String) {
    for module in ["builtins", "__builtin__"] {
      for call in [UInt8(0x52), 0x81] {
        let text = failure {
          $0.string("x")
          $0.global(module, name)
          $0.string("touch sluice_pickle_executed")
          $0.raw(0x85, call)
        }
        #expect(text.contains("\(module).\(name)") && text.contains("hostile"), "\(text)")
      }
    }
    #expect(!FileManager.default.fileExists(atPath: "sluice_pickle_executed"))
  }

  @Test(arguments: [("os", "path"), ("posix", "system"), ("builtins", "eval"), ("importlib", "import_module")])
  func hostileFunctionsAreNotHadByAnotherWayEither(_ module: String, _ name: String) {
    let text = failure {
      $0.string("x")
      $0.global("builtins", "getattr")
      $0.global(module, name)
      $0.string("__call__")
      $0.raw(0x86, 0x52)
    }
    #expect(text.contains("\(module).\(name)") && text.contains("hostile"), "\(text)")
  }

  // Tensors with an element type of their own

  @Test func unsignedIntegersAreRead() throws {
    let file = try open(["0": [1, 0, 255, 255], "1": [7, 0, 0, 0, 255, 255, 255, 255], "2": four]) {
      $0.string("u16")
      $0.typedTensor("0", "uint16", bytes: 4, sizes: [2], strides: [1])
      $0.string("u16 last")
      $0.typedTensor("0", "uint16", bytes: 4, sizes: [1], strides: [1], offset: 1)
      $0.string("u32")
      $0.typedTensor("1", "uint32", bytes: 8, sizes: [2], strides: [1])
      $0.string("u64")
      $0.typedTensor("1", "uint64", bytes: 8, sizes: [], strides: [])
      $0.string("f32")
      $0.typedTensor("2", "float32", bytes: 16, sizes: [2, 2], strides: [1, 2])
    }
    #expect(file.tensors.map(\.type) == [.uint16, .uint16, .uint32, .uint64, .float32])
    #expect(try file.integers("u16") == [1, 65535] && file.integers("u16 last") == [65535])
    #expect(try file.integers("u32") == [7, 4_294_967_295])
    #expect(try file.bytes("u64") == [7, 0, 0, 0, 255, 255, 255, 255])
    #expect(try file.floats("f32") == [1, 3, 2, 4])
  }

  @Test(arguments: ["float8_e4m3fn", "float8_e5m2", "float8_e8m0fnu", "complex32", "something_new"])
  func elementTypesThatAreNotReadAreListed(_ type: String) throws {
    let file = try open(["0": [1, 2, 3], "1": four]) {
      $0.string("q")
      $0.typedTensor("0", type, bytes: 3, sizes: [3], strides: [1])
      $0.string("w")
      $0.tensor("1", count: 4, sizes: [4], strides: [1])
    }
    #expect(file.tensors.map(\.name) == ["w"])
    #expect(file.unreadable == ["q": "a tensor of torch.\(type) elements"])
  }

  @Test func viewsOfTypedTensorsStayInTheirStorage() {
    for (bytes, sizes, offset) in [(4, [3], 0), (4, [2], 1), (5, [3], 0)] {
      let error = #expect(throws: CheckpointError.self) {
        try open(["0": [UInt8](repeating: 0, count: bytes)]) {
          $0.string("u")
          $0.typedTensor("0", "uint16", bytes: bytes, sizes: sizes, strides: [1], offset: offset)
        }
      }
      #expect(error?.description.contains("reaches element") == true)
    }
    let short = #expect(throws: CheckpointError.self) {
      try open(["0": [0, 0]]) {
        $0.string("u")
        $0.typedTensor("0", "uint16", bytes: 4, sizes: [2], strides: [1])
      }
    }
    #expect(short?.description.contains("should have 4 × 1 bytes, its record has 2") == true)
  }

  // Negative views

  @Test func negativeViewsHaveTheOtherSign() throws {
    let shorts: [UInt8] = [1, 0, 0xFE, 0xFF]
    let file = try open(["0": four, "1": shorts, "2": [0, 0x3C]]) {
      for (name, isNegative) in [("plain", false), ("q", true)] {
        $0.string(name)
        $0.global("torch._utils", "_rebuild_tensor_v2")
        $0.raw(0x28)
        $0.storage("0", count: 4)
        $0.integer(0)
        $0.integers([2, 2])
        $0.integers([1, 2])
        $0.raw(0x89, 0x4E, 0x7D)
        $0.string("neg")
        $0.raw(isNegative ? 0x88 : 0x89, 0x73, 0x74, 0x52)
      }
      $0.string("whole")
      $0.typedTensor("1", "int16", bytes: 4, sizes: [2], strides: [1], isNegated: true)
      $0.string("half")
      $0.typedTensor("2", "float16", bytes: 2, sizes: [1], strides: [1], isNegated: true)
    }
    #expect(try file.floats("plain") == [1, 3, 2, 4] && file.floats("q") == [-1, -3, -2, -4])
    #expect(try file.integers("whole") == [-1, 2] && file.floats("half") == [-1])
  }

  // Tensors in other tensors' clothes

  @Test func tensorsWithAttributesAreReadAndThoseOfOtherClassesNamed() throws {
    func dressed(_ pickle: inout PickleAssembler, _ type: (String, String)) {
      pickle.global("torch._tensor", "_rebuild_from_type_v2")
      pickle.raw(0x28)
      pickle.global("torch._utils", "_rebuild_tensor_v2")
      pickle.global(type.0, type.1)
      pickle.raw(0x28)
      pickle.storage("0", count: 4)
      pickle.integer(0)
      pickle.integers([4])
      pickle.integers([1])
      pickle.raw(0x89, 0x4E, 0x74, 0x7D, 0x74, 0x52)
    }
    let file = try open(["0": four]) {
      $0.string("a")
      dressed(&$0, ("torch", "Tensor"))
      $0.string("b")
      dressed(&$0, ("mylab", "QuantizedTensor"))
      $0.string("c")
      $0.global("numpy.core.multiarray", "_reconstruct")
      $0.raw(0x29, 0x52, 0x29, 0x62)
    }
    #expect(try file.floats("a") == [1, 2, 3, 4])
    #expect(Set(file.unreadable.keys) == ["b", "c"])
    #expect(file.unreadable["c"] == "an array made by numpy.core.multiarray._reconstruct")
  }

  // Tensors inside objects

  @Test func tensorsInsideObjectsAreNotLost() throws {
    func tensor(_ pickle: inout PickleAssembler, _ offset: Int) {
      pickle.tensor("0", count: 4, offset: offset, sizes: [1], strides: [1])
    }
    let file = try open(["0": four]) {
      // argparse.Namespace(w=…, epoch=3)
      $0.string("args")
      $0.global("argparse", "Namespace")
      $0.raw(0x29, 0x81, 0x7D, 0x28)
      $0.string("w")
      tensor(&$0, 0)
      $0.string("epoch")
      $0.raw(0x4B, 3, 0x75, 0x62)
      // An object with slots: (None, {"w": …}).
      $0.string("slots")
      $0.global("mylab", "Slots")
      $0.raw(0x29, 0x81, 0x4E, 0x7D)
      $0.string("w")
      tensor(&$0, 1)
      $0.raw(0x73, 0x86, 0x62)
      // collections.defaultdict(list, {"k": …}), then one of a lab's own that has the entry as an attribute too.
      $0.string("default")
      $0.global("collections", "defaultdict")
      $0.global("builtins", "list")
      $0.raw(0x85, 0x52)
      $0.string("k")
      tensor(&$0, 2)
      $0.raw(0x71, 7, 0x73)
      $0.string("easy")
      $0.global("mylab", "EasyDict")
      $0.raw(0x29, 0x81)
      $0.string("k")
      $0.raw(0x68, 7, 0x73, 0x7D)
      $0.string("k")
      $0.raw(0x68, 7, 0x73, 0x62)
      // collections.deque([…]), Point(…), frozenset([…]).
      $0.string("deque")
      $0.global("collections", "deque")
      $0.raw(0x29, 0x52, 0x28)
      tensor(&$0, 3)
      $0.raw(0x65)
      $0.string("point")
      $0.global("mylab", "Point")
      tensor(&$0, 0)
      $0.raw(0x85, 0x81)
      $0.string("frozen")
      $0.raw(0x28)
      tensor(&$0, 1)
      $0.raw(0x91)
    }
    let expected: [String: Float] = [
      "args/w": 1, "slots/w": 2, "default/k": 3, "easy/k": 3, "deque/0": 4, "point/0": 1, "frozen/0": 2,
    ]
    #expect(Set(file.tensors.map(\.name)) == Set(expected.keys))
    for (name, value) in expected { #expect(try file.floats(name) == [value], "\(name)") }
    #expect(file.attributes.isEmpty && file.objects.count == 7)
  }

  @Test func attributesThatHaveTheNameOfAnotherEntryKeepTheirValues() throws {
    let file = try open(["0": four]) {
      $0.string("easy")
      $0.global("mylab", "EasyDict")
      $0.raw(0x29, 0x81)
      $0.string("k")
      $0.tensor("0", count: 4, sizes: [1], strides: [1])
      $0.raw(0x73, 0x7D)
      $0.string("k")
      $0.tensor("0", count: 4, offset: 1, sizes: [1], strides: [1])
      $0.raw(0x73, 0x62)
    }
    #expect(try file.floats("easy/k") == [2] && file.floats("easy/k#") == [1])
  }

  @Test func objectsThatReferToEachOtherInCirclesEnd() throws {
    let file = try open(["0": four]) {
      $0.string("trainer")
      $0.global("mylab", "Trainer")
      $0.raw(0x29, 0x81, 0x71, 3, 0x7D, 0x28)
      $0.string("w")
      $0.tensor("0", count: 4, sizes: [4], strides: [1])
      $0.string("self")
      $0.raw(0x68, 3)
      $0.string("parts")
      $0.raw(0x5D, 0x71, 4, 0x28, 0x68, 3, 0x68, 4, 0x65)
      $0.raw(0x75, 0x62)
    }
    #expect(try file.floats("trainer/w") == [1, 2, 3, 4])
    #expect(file.unreadable == [:] && file.objects == ["trainer": "mylab.Trainer"])
  }

  // The command

  @Test func convertWritesWhatIsReadAndNamesTheRest() throws {
    try withTemporaryFolder { folder in
      var pickle = PickleAssembler()
      pickle.raw(0x7D, 0x28)
      pickle.string("u")
      pickle.typedTensor("0", "uint16", bytes: 4, sizes: [2], strides: [1])
      pickle.string("q")
      pickle.typedTensor("1", "float8_e5m2", bytes: 2, sizes: [2], strides: [1])
      pickle.raw(0x75)
      let (path, out) = ("\(folder)/mixed.pth", "\(folder)/mixed.safetensors")
      try Data(pickle.archive(["0": [1, 0, 2, 0], "1": [0, 0]])).write(to: URL(fileURLWithPath: path))
      let info = try SluiceProgram.run(["weights", "info", path])
      #expect(info.output.contains("not read: q is a tensor of torch.float8_e5m2 elements"), "\(info.output)")
      let convert = try SluiceProgram.run(["weights", "convert", path, "--out", out])
      #expect(convert.status == 0 && convert.messages.contains("not read, not written: q is a tensor"))
      #expect(try SafetensorsFile(path: out).integers("u") == [1, 2])
      let quiet = try SluiceProgram.run(["weights", "convert", path, "--out", out, "--leave-out", "q"])
      #expect(!quiet.messages.contains("not read"), "\(quiet.messages)")
    }
  }
}
