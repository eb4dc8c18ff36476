import Foundation
import SluiceCheckpoints
import TestSupport
import Testing

/// What `sluice weights` cannot do with files and options, in the sentences that say so.
@Suite struct WeightsCommandErrorTests {
  private func messages(_ arguments: String...) throws -> String {
    let run = try SluiceProgram.run(["weights"] + arguments)
    #expect(run.status != 0, "\(arguments)")
    return run.messages
  }

  @Test func conversionsThatCannotBeAreRefused() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/x.safetensors"
      let names = ["model/a.weight", "model/module.a.weight"]
      let contents = names.map { TensorContent(TensorInfo(name: $0, type: .float32, shape: [1]), bytes: [0, 0, 0, 0]) }
      try SafetensorsFile.write(contents, to: path)
      let out = "\(folder)/y.safetensors"
      #expect(
        try messages("convert", path, "--out", out, "--type", "f8").contains("There is no floating-point type f8"))
      #expect(
        try messages("convert", path, "--out", out, "--map", "mea").contains(
          "There is no layout mea. Known are those of sluice weights layouts."))
      #expect(
        try messages("convert", path, "--out", out, "--leave-out", "*").contains("no tensor is left to be written"))

      let other = "\(folder)/z.safetensors"
      try SafetensorsFile.write(
        [
          TensorContent(
            TensorInfo(name: "quite.another", type: .float32, shape: [7]), bytes: [UInt8](repeating: 0, count: 28))
        ],
        to: other)
      #expect(
        try messages("convert", path, "--out", out, "--like", other).contains(
          "has nothing of what is in \(other) under any layout"))

      var pickle = PickleAssembler()
      pickle.raw(0x7D, 0x28)
      pickle.string("waves")
      pickle.tensor("0", type: "ComplexFloatStorage", count: 2, sizes: [2], strides: [1])
      pickle.raw(0x75)
      let archive = "\(folder)/x.pth"
      try Data(pickle.archive(["0": [UInt8](repeating: 0, count: 16)])).write(to: URL(filePath: archive))
      let refused = try messages("convert", archive, "--out", out)
      #expect(
        refused.contains("not read, not written: waves is ") && refused.contains("no tensor is left to be written"))
    }
  }
}
