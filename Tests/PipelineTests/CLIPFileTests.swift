import Foundation
import SluiceModels
import SluicePipelines
import TestSupport
import Testing

/// What `--clip` opens, and the random towers that `sluice weights make clip` writes.
@Suite struct CLIPFileTests {
  @Test func randomTowersAreReadBackWithTheirMerges() throws {
    try withTemporaryFolder { folder in
      let made = try RandomCLIP(.small, seed: 0).write(to: "\(folder)/a")
      #expect(made < 0.9, "prompts of different words are alike: \(made)")
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
}
