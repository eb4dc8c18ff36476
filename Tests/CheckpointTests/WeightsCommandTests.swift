import Foundation
import SluiceCheckpoints
import SluiceModels
import SluiceTensor
import TestSupport
import Testing

/// The built program: `sluice weights`.
@Suite(.serialized) struct WeightsCommandTests {
  /// Ends a run that takes more memory of its own than 96 MB and the stacks of the runtime's threads.
  private let littleMemory = isSanitized ? "" : "ulimit -d 131072"

  private func weights(_ arguments: String..., limits: String = "", directory: String? = nil) throws -> ProgramRun {
    try SluiceProgram.run(["weights"] + arguments, limits: limits, directory: directory)
  }

  private func fixture(_ name: String) -> String { Golden.fixtures.appendingPathComponent(name).path }

  /// A safetensors file of 1 GB, all of it a hole on the disk but the header.
  private func makeLargeFile(_ path: String) throws {
    let count = 100
    let byteCount = 10_000_000
    let members = (0..<count).map { index in
      #""blocks.\#(index).mlp.fc1.weight":{"dtype":"F32","shape":[2500,1000],"data_offsets":[\#(index * byteCount),\#((index + 1) * byteCount)]}"#
    }
    let header = Array("{\(members.joined(separator: ","))}".utf8)
    try Data((0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header).write(
      to: URL(fileURLWithPath: path))
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.truncate(atOffset: UInt64(8 + header.count + count * byteCount))
    try handle.close()
  }

  @Test func aGigabyteIsListedWithoutReadingIt() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/large.safetensors"
      try makeLargeFile(path)
      let run = try weights("info", path, limits: littleMemory)
      #expect(run.status == 0, "\(run.messages)")
      #expect(run.output.contains("blocks.99.mlp.fc1.weight") && run.output.contains("1.0 GB"))
      // Neither read nor, as mapped pages count as memory, touched.
      #expect(run.readByteCount < 50_000_000)
      #expect(run.peakByteCount < 50_000_000 || isSanitized)
    }
  }

  @Test func filesAreDescribedForPeopleAndForPrograms() throws {
    let path = fixture("dvae/ckpt/encoder_tiny_legacy.pkl")
    let text = try weights("info", path)
    #expect(text.status == 0)
    #expect(text.output.contains("PyTorch (legacy)") && text.output.contains("blocks.input.w"))
    #expect(text.output.contains("attribute: vocab_size = 32"))
    let report = try JSONValue(json: try weights("info", path, "--json", "--statistics").output)
    #expect(report["attributes"]["n_hid"].int == 8)
    let tensor = try #require(report["tensors"].array?.first { $0["name"].string == "blocks.input.w" })
    #expect(tensor["shape"].ints == [8, 3, 7, 7] && tensor["type"].string == "F32")
    let file = try PyTorchFile(path: path)
    let values = try file.doubles("blocks.input.w")
    #expect(tensor["statistics"]["greatest"].double == values.max())
    #expect(abs((tensor["statistics"]["mean"].double ?? 1) - values.reduce(0, +) / Double(values.count)) < 1e-12)
  }

  @Test func convertedFilesAreEqualWhereNothingIsLost() throws {
    try withTemporaryFolder { folder in
      let source = fixture("dvae/ckpt/sd_legacy.pth")
      let run = try weights("convert", source, "--out", "\(folder)/a.safetensors")
      #expect(run.status == 0, "\(run.messages)")
      let same = try weights("diff", source, "\(folder)/a.safetensors")
      #expect(same.status == 0 && same.messages.contains("no differences"), "\(same.output)")
      #expect(try weights("convert", source, "--out", "\(folder)/b.safetensors", "--type", "bf16").status == 0)
      let less = try weights("diff", source, "\(folder)/b.safetensors")
      #expect(less.status == 1 && less.output.contains("values differ"))
      #expect(try weights("diff", source, "\(folder)/b.safetensors", "--tolerance", "0.004").status == 0)
      let left = try weights("convert", source, "--out", "\(folder)/c.safetensors", "--leave-out", "*f*")
      #expect(left.status == 0)
      #expect(try SafetensorsFile(path: "\(folder)/c.safetensors").tensors.allSatisfy { !$0.name.contains("f") })
    }
  }

  /// A file as trainers leave it, with the weights, their average and other things, and the model that they are of.
  private func makePublishedFile(in folder: String) throws -> (published: String, model: String) {
    let names = ["stem.weight", "blocks.0.norm.weight", "blocks.1.norm.weight", "head.weight", "head.bias"]
    var (published, model): ([String: Tensor], [String: Tensor]) = ([:], [:])
    for (number, name) in names.enumerated() {
      let value = Tensor([Float(number), 8], shape: [2])
      model[name] = value
      published["model_state/module." + name] = value
      published["model_state_ema/module." + name] = value * 0.5
    }
    published["optimizer/state/0/exp_avg"] = Tensor([3], shape: [1])
    try SafetensorsFile.write(published, to: folder + "/published.safetensors")
    try SafetensorsFile.write(model, to: folder + "/model.safetensors")
    return (folder + "/published.safetensors", folder + "/model.safetensors")
  }

  @Test func whatAModelWouldGetIsListedComparedAndWritten() throws {
    try withTemporaryFolder { folder in
      let (published, model) = try makePublishedFile(in: folder)
      let names = try SafetensorsFile(path: model).tensors.map(\.name).sorted()
      func listed(_ options: [String]) throws -> [String] {
        let run = try SluiceProgram.run(["weights", "info", published, "--json"] + options)
        try #require(run.status == 0, "\(run.messages)")
        return try #require(try JSONValue(json: run.output)["tensors"].array).compactMap { $0["name"].string }.sorted()
      }
      #expect(try listed(["--like", model]) == names)
      #expect(try listed([]) != names)
      let same = try weights("diff", published, model, "--like", model)
      #expect(same.status == 0 && same.messages.contains("no differences"), "\(same.output)\(same.messages)")
      #expect(try weights("diff", published, model).status == 1)
      for (copy, factor) in [("raw", Float(1)), ("ema", 0.5)] {
        let path = "\(folder)/\(copy).safetensors"
        let run = try weights("convert", published, "--out", path, "--like", model, "--weights", copy)
        #expect(run.status == 0 && run.messages.contains("5 tensors written"), "\(run.messages)")
        let file = try SafetensorsFile(path: path)
        for name in names {
          #expect(
            try file.floats(name) == SafetensorsFile(path: model).floats(name).map { $0 * factor }, "\(copy) \(name)")
        }
      }
    }
  }

  @Test func layoutsAreListedForPeopleAndForPrograms() throws {
    let text = try weights("layouts")
    let report = try JSONValue(json: try weights("layouts", "--json").output)
    let layouts = try #require(report.array)
    #expect(layouts.compactMap { $0["name"].string } == KeyMap.all.map(\.name))
    #expect(layouts.compactMap { $0["summary"].string } == KeyMap.all.map(\.summary))
    #expect(text.output.split(separator: "\n").count == layouts.count)
  }

  @Test func wrongArgumentsAreRefusedWithTheNearest() throws {
    let path = fixture("dvae/ckpt/sd.safetensors")
    let layout = try weights("convert", path, "--out", "/dev/null", "--map", "bevtt")
    #expect(layout.status == 64 && layout.messages.contains("the nearest is bevt"))
    #expect(try weights("convert", path, "--out", "x", "--type", "f8").status == 64)
    let absent = try weights("info", "no such file")
    #expect(absent.status == 1 && absent.messages.contains("no such file"))
  }

  @Test func hostileFilesEndInAnErrorWithLittleWorkAndMemory() throws {
    let hostile = try GoldenCheckpoint.all().filter { !$0.isReadable }
    try withTemporaryFolder { folder in
      for entry in hostile {
        let run = try weights("info", "--statistics", entry.path, limits: littleMemory, directory: folder)
        #expect(run.status == 1, "\(entry): \(run.status) \(run.messages)")
        #expect(run.messages.contains(entry.path) && run.output.isEmpty, "\(entry): \(run.messages)")
        #expect(run.peakByteCount < 64_000_000 || isSanitized, "\(entry) took \(run.peakByteCount) bytes")
        #expect(run.processorSeconds < 10 || isSanitized, "\(entry) took \(run.processorSeconds) s of a processor")
      }
      let created = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(created == [])
    }
  }

  @Test(.needsFileSizeLimit) func aFullDiskLeavesTheOldFileAndSaysSo() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/out.safetensors"
      let source = fixture("dvae/ckpt/encoder_tiny.safetensors")
      #expect(try weights("convert", fixture("dvae/ckpt/sd.safetensors"), "--out", path).status == 0)
      let before = try Data(contentsOf: URL(fileURLWithPath: path))
      // Files of at most 16 blocks; the signal that goes with it is ignored, as no disk sends one.
      let run = try weights("convert", source, "--out", path, limits: "trap '' XFSZ; ulimit -f 16")
      #expect(run.status == 1)
      #expect(run.messages.contains("make room on the disk"), "\(run.messages)")
      let after = try Data(contentsOf: URL(fileURLWithPath: path))
      #expect(after == before)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["out.safetensors"])
    }
  }
}
