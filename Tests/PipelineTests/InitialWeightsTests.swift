import Foundation
import SluiceCheckpoints
import SluicePipelines
import SluiceTensor
import TestSupport
import Testing

/// `--from` files of other models: what is renamed, inflated, copied, left out and said.
@Suite(.serialized) struct InitialWeightsTests {
  /// An image ViT of the small preset's width under timm's names, all numbers different.
  private func imageModel(depth: Int = 4) -> [String: Tensor] {
    var weights: [String: Tensor] = [:]
    var next: Float = 0
    func add(_ name: String, _ shape: Shape) {
      next += 1
      weights[name] = Tensor((0..<shape.count).map { next / 100 + Float($0 % 7) / 1000 }, shape: shape)
    }
    add("cls_token", [1, 1, 128])
    add("pos_embed", [1, 37, 128])
    add("patch_embed.proj.weight", [128, 3, 16, 16])
    add("patch_embed.proj.bias", [128])
    for block in 0..<depth {
      let name = "blocks.\(block)."
      for norm in ["norm1", "norm2"] {
        add(name + norm + ".weight", [128])
        add(name + norm + ".bias", [128])
      }
      for (part, outputs, inputs) in [
        ("attn.qkv", 384, 128), ("attn.proj", 128, 128), ("mlp.fc1", 512, 128), ("mlp.fc2", 128, 512),
      ] {
        add(name + part + ".weight", [outputs, inputs])
        add(name + part + ".bias", [outputs])
      }
    }
    add("norm.weight", [128])
    add("norm.bias", [128])
    add("head.weight", [1000, 128])
    return weights
  }

  /// Trains no step to speak of from `weights` and returns the checkpoint beside what was said.
  private func begin(
    _ system: String, with weights: [String: Tensor], _ settings: [String] = [], in folder: String
  ) throws -> (parameters: [String: Tensor], said: String) {
    let list = try SampleVideos.write(2, to: folder)
    try SafetensorsFile.write(weights, to: folder + "/image.safetensors")
    let run = try SluiceProgram.run(
      [
        "train", system, "--from", folder + "/image.safetensors", "--data", list, "--steps", "1", "--out",
        folder + "/run", "--set", "batch.size=2", "--set", "optimize.peak=0", "--set", "optimize.minimum=0",
      ] + settings)
    try #require(run.status == 0, "\(run.errors)")
    return (try openWeights(folder + "/run/checkpoints/step-000001").allTensors(), run.errors)
  }

  @Test func anImageModelBecomesATimeSformer() throws {
    try withTemporaryFolder { folder in
      let image = imageModel()
      let (own, said) = try begin("timesformer", with: image, in: folder)
      let layer = "model.transformer_layers.layers.3."
      for (name, source) in [
        ("model.pos_embed", "pos_embed"), ("model.patch_embed.projection.weight", "patch_embed.proj.weight"),
        (layer + "attentions.0.attn.qkv.weight", "blocks.3.attn.qkv.weight"),
        (layer + "attentions.1.attn.qkv.weight", "blocks.3.attn.qkv.weight"),
        (layer + "ffns.0.layers.1.bias", "blocks.3.mlp.fc2.bias"), ("model.norm.weight", "norm.weight"),
      ] { #expect(own[name]?.floats == image[source]?.floats, "\(name)") }
      // Attention along time is silent at first.
      #expect(own[layer + "attentions.0.temporal_fc.weight"]?.floats.allSatisfy { $0 == 0 } == true)
      #expect(said.contains("unexpected, not used: head.weight"), "\(said)")
      #expect(said.contains("missing, stay as they began: model.time_embed"), "\(said)")
    }
  }

  @Test func itsFiltersAreInflatedAndItsBlocksCopiedForAViViT() throws {
    try withTemporaryFolder { folder in
      let image = imageModel()
      let (own, _) = try begin(
        "vivit", with: image, ["--set", "model.inflation=center_frame", "--set", "model.copy=set_zero"], in: folder)
      let filters = try #require(own["model.patch_embed.projection.weight"])
      let flat = try #require(image["patch_embed.proj.weight"]).floats
      #expect(filters.shape == [128, 3, 2, 16, 16])
      #expect(Array(filters.floats.prefix(256)).allSatisfy { $0 == 0 })
      #expect(Array(filters.floats[256..<512]) == Array(flat.prefix(256)))
      #expect(own["model.transformer_layers.1.layers.1.ffns.0.norm.weight"]?.floats.allSatisfy { $0 == 0 } == true)
      #expect(
        own["model.transformer_layers.0.layers.1.ffns.0.norm.weight"]?.floats == image["blocks.1.norm2.weight"]?.floats)
    }
  }

  @Test func whatStandsAroundAModelIsTakenOff() throws {
    try withTemporaryFolder { folder in
      let wrapped = Dictionary(uniqueKeysWithValues: imageModel().map { ("model/module." + $0, $1) })
      let (own, _) = try begin("timesformer", with: wrapped, ["--set", "model.attention=space_only"], in: folder)
      #expect(own["model.cls_token"]?.floats == wrapped["model/module.cls_token"]?.floats)
    }
  }

  @Test func aShapeThatDiffersIsAnErrorWithBoth() throws {
    try withTemporaryFolder { folder in
      var image = imageModel()
      image["pos_embed"] = .zeros([1, 197, 128])
      try SafetensorsFile.write(image, to: folder + "/image.safetensors")
      let list = try SampleVideos.write(1, to: folder)
      let run = try SluiceProgram.run([
        "train", "timesformer", "--from", folder + "/image.safetensors", "--data", list, "--steps", "1", "--out",
        folder + "/run",
      ])
      #expect(run.status == 1)
      #expect(run.errors.contains("the checkpoint has [1, 197, 128], the model [1, 37, 128]"), "\(run.errors)")
    }
  }
}
