import Foundation
import SluiceCheckpoints
import SluiceModels
import SluicePipelines
import TestSupport
import Testing

/// What `--clip` opens, and the random towers that `sluice weights make clip` writes.
@Suite struct CLIPFileTests {
  @Test func randomTowersAreReadBackWithTheirMerges() throws {
    try withTemporaryFolder { folder in
      let made = try RandomCLIP(.small, seed: 0).write(to: "\(folder)/a")
      #expect(made < 0.95, "prompts of different words are alike: \(made)")
      let file = try CLIPFile(opening: "\(folder)/a")
      let merges = try #require(file.merges)
      #expect(
        file.configuration.vocabularySize == merges.vocabularySize && file.path == "\(folder)/a/model.safetensors")
      #expect(file.configuration.imageSize == 64 && file.configuration.textHeads == 1)
      // The file itself has the same merges beside it.
      #expect(try CLIPFile(opening: file.path).merges == merges)
      // One seed gives one file, another one another.
      _ = try RandomCLIP(.small, seed: 0).write(to: "\(folder)/b")
      _ = try RandomCLIP(.small, seed: 1).write(to: "\(folder)/c")
      func bytes(_ name: String) throws -> Data {
        try Data(contentsOf: URL(filePath: "\(folder)/\(name)/model.safetensors"))
      }
      #expect(try bytes("a") == bytes("b") && bytes("a") != bytes("c"))
      // Merges that are named take the place of its own.
      try "#version: 0.2\na b\nab c</w>\n".write(toFile: "\(folder)/own.txt", atomically: true, encoding: .utf8)
      _ = try RandomCLIP(.small, merges: "\(folder)/own.txt", seed: 0).write(to: "\(folder)/d")
      #expect(try CLIPFile(opening: "\(folder)/d").configuration.vocabularySize == 516)
    }
  }

  @Test func whatIsNoCLIPHasASentence() throws {
    try withTemporaryFolder { folder in
      func told(_ path: String) -> String { sentence { _ = try CLIPFile(opening: path) } }
      #expect(
        told("\(folder)/none.pt")
          == "--clip \(folder)/none.pt: there is no such file. Name an archive such as ViT-B-32.pt; 'sluice weights make clip "
          + "--out clip-small --size small' makes a small one of random numbers.")
      #expect(
        told(folder)
          == "--clip \(folder): there is no model.safetensors in this folder. Name a file such as ViT-B-32.pt, or a folder of "
          + "'sluice weights make clip'.")
      _ = try RandomCLIP(.small, seed: 0).write(to: "\(folder)/a")
      let whole = try Data(contentsOf: URL(filePath: "\(folder)/a/model.safetensors"))
      for count in [0, 7, whole.count / 2, whole.count - 1] {
        try whole.prefix(count).write(to: URL(filePath: "\(folder)/cut.safetensors"))
        #expect(told("\(folder)/cut.safetensors").hasPrefix("\(folder)/cut.safetensors"), "\(count) bytes")
      }
    }
  }

  @Test func archivesAreConvertedUnderTheirNames() throws {
    try withTemporaryFolder { folder in
      let archive = Golden.fixtures.appendingPathComponent("clip/ckpt_torchscript.pt").path
      let path = "\(folder)/clip.safetensors"
      let run = try SluiceProgram.run(["weights", "convert", archive, "--map", "clip", "--out", path])
      try #require(run.status == 0, "\(run.errors)")
      let (source, own) = (try openWeights(archive), try SafetensorsFile(path: path))
      let left: Set = ["input_resolution", "context_length", "vocab_size"]
      #expect(Set(own.tensors.map(\.name)) == Set(source.tensors.map(\.name)).subtracting(left))
      for tensor in own.tensors {
        let stored = try source.info(tensor.name)
        #expect(tensor.type == stored.type && tensor.shape == stored.shape, "\(tensor.name)")
        #expect(try own.doubles(tensor.name) == source.doubles(tensor.name), "\(tensor.name)")
      }
      #expect(try CLIPFile(opening: path).configuration == CLIPFile(opening: archive).configuration)
    }
  }

  @Test func archivesOfOthersAndHalvesOfArchivesAreRefused() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/RN50.safetensors"
      try SafetensorsFile.write(
        ["visual.layer1.0.conv1.weight": .zeros([4, 4, 1, 1]), "visual.attnpool.k_proj.weight": .zeros([4, 4])],
        to: path)
      #expect(
        sentence { _ = try CLIPFile(opening: path) }
          == "\(path): this is a CLIP whose images go through a ResNet, and vision transformers are wanted: ViT-B/32, "
          + "ViT-B/16, ViT-L/14, ViT-L/14-336px")
      let whole = try Data(contentsOf: Golden.fixtures.appendingPathComponent("clip/ckpt_torchscript.pt"))
      let cut = "\(folder)/cut.pt"
      for count in [0, 3, 100, whole.count / 2, whole.count - 1] {
        try whole.prefix(count).write(to: URL(filePath: cut))
        #expect(sentence { _ = try CLIPFile(opening: cut) }.hasPrefix(cut), "\(count) bytes")
      }
    }
  }

  @Test func positionsOfAnotherGridAreResizedOnlyWhereItIsAskedFor() throws {
    try withTemporaryFolder { folder in
      let runs = try BIKERuns(in: folder)
      let small = try runs.train("bike", "--steps", "1", "--set", "recipe.imageSize=48", out: "refused")
      #expect(
        small.status == 1
          && small.errors.contains(
            "--clip \(runs.clip)/model.safetensors has positions for 2×2 patches, those of images of 32 pixels; images of "
              + "48 have 3×3. Leave recipe.imageSize out, or resize the positions by --resize-positions."),
        "\(small.errors)")
      let resized = try runs.train(
        "bike", "--steps", "1", "--set", "recipe.imageSize=48", "--resize-positions", out: "resized")
      #expect(resized.status == 0, "\(resized.errors)")
    }
  }
}
