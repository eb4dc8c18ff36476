import Foundation
import SluiceCheckpoints
import SluicePipelines
import SluiceSamples
import SluiceTensor
import TestSupport
import Testing

/// Every form of file that DALL-E's encoder and decoder come in gives the same words and images.
@Suite struct TokenizerFileTests {
  private static let folder = Golden.packageRoot.appending(path: "Tests/Fixtures/golden/dvae/ckpt").path

  private func file(_ name: String) -> String { "\(Self.folder)/\(name)" }

  private static let frames = PixelClip(
    frameCount: 11, height: 24, width: 16,
    bytes: (0..<11 * 24 * 16 * 3).map { UInt8(truncatingIfNeeded: $0 * $0 / 7 + $0 / 48 * 13) })

  @Test func everyFormOfTheEncoderIsTheSameTokenizer() throws {
    try withTemporaryFolder { folder in
      let plain = try DVAETokenizer(opening: file("encoder_tiny.safetensors"))
      #expect(plain.vocabularySize == 32 && plain.tokenSize == 8)
      #expect(plain.identity.wholeMatch(of: /dVAE of 32 words, [0-9a-f]{8}/) != nil)
      let words = try plain.tokens(of: Self.frames)
      #expect(words.count == 11 * 3 * 2 && Set(words).count > 1 && words.allSatisfy { (0..<32).contains($0) })
      var forms = ["encoder_tiny_zip.pkl", "encoder_tiny_legacy.pkl"].map(file)
      for (number, form) in (forms + [file("encoder_tiny.safetensors")]).enumerated() {
        // In a folder under the name that it is published by.
        let own = "\(folder)/\(number)"
        try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
        let name = form.hasSuffix(".pkl") ? "encoder.pkl" : "encoder.safetensors"
        try FileManager.default.copyItem(atPath: form, toPath: "\(own)/\(name)")
        forms.append(own)
      }
      forms += try checkpoints(in: folder)
      for form in forms {
        let tokenizer = try DVAETokenizer(opening: form)
        #expect(tokenizer.identity == plain.identity, "\(form)")
        #expect(try tokenizer.tokens(of: Self.frames) == words, "\(form)")
      }
    }
  }

  /// The encoder inside checkpoints of BEVT, as mmcv writes them: beside the network, with and without what wraps it.
  private func checkpoints(in folder: String) throws -> [String] {
    let source = try SafetensorsFile(path: file("encoder_tiny.safetensors"))
    let network: [String: [Int]] = [
      "backbone.patch_embed.proj.weight": [8, 3, 2, 4, 4], "backbone.mask_token": [1, 1, 8],
      "backbone.layers.0.blocks.0.norm1.weight": [8], "cls_head.lm_head.weight": [32, 64],
    ]
    return try ["", "state_dict/", "state_dict/module."].enumerated().map { number, prefix in
      var contents = source.tensors.map { tensor in
        TensorContent("\(prefix)cls_head.vae_encoder.\(tensor.name)", copying: tensor, of: source)
      }
      contents += network.map { TensorContent(prefix + $0.key, Tensor.full(Shape($0.value), 0.5)) }
      let path = "\(folder)/checkpoint-\(number).safetensors"
      try SafetensorsFile.write(contents, to: path)
      return path
    }
  }

  @Test func everyFormOfTheDecoderShowsTheSame() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(1, to: folder)
      let encoder = file("encoder_tiny_zip.pkl")
      let run = try SluiceProgram.run([
        "train", "bevt", "--data", list, "--tokenizer", encoder, "--steps", "1", "--set", "batch.size=1", "--set",
        "model.dimension=8", "--out", folder + "/run",
      ])
      try #require(run.status == 0, "\(run.errors)")
      try FileManager.default.createDirectory(atPath: folder + "/both", withIntermediateDirectories: true)
      for half in ["encoder", "decoder"] {
        try FileManager.default.copyItem(
          atPath: file("\(half)_tiny_legacy.pkl"), toPath: "\(folder)/both/\(half).pkl")
      }
      var shown: [Data] = []
      let forms = [
        ["--decoder", file("decoder_tiny.safetensors")], ["--decoder", file("decoder_tiny_zip.pkl")],
        ["--decoder", file("decoder_tiny_legacy.pkl")], ["--decoder", folder + "/both"],
        ["--tokenizer", folder + "/both"],
      ]
      for (number, options) in forms.enumerated() {
        let out = "\(folder)/images-\(number)"
        let run = try SluiceProgram.run(
          ["show", "tokens", folder + "/clip 0.mp4", "--from", folder + "/run", "--out", out] + options)
        try #require(run.status == 0, "\(options): \(run.errors)")
        shown.append(try Data(contentsOf: URL(filePath: out + "/clip 0-tokens.png")))
      }
      #expect(shown.allSatisfy { $0 == shown[0] })
    }
  }
}
