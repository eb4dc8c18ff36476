import Foundation
import SluiceCheckpoints
import SluiceNN
import SluiceTensor
import TestSupport
import Testing

@Suite struct KeyMapTests {
  private func names(_ map: String, _ stored: [String]) throws -> [String] {
    try #require(KeyMap.named(map)).apply(to: stored).names.map(\.own)
  }

  @Test func publishedLayoutsBecomeOwnNames() throws {
    #expect(
      try names(
        "bevt",
        ["meta/epoch", "state_dict/module.backbone.layers.0.norm.bias", "state_dict/module.backbone.x.attn_mask"])
        == ["layers.0.norm.bias"])
    #expect(try names("bevt", ["model/encoder.patch_embed.proj.bias"]) == ["patch_embed.proj.bias"])
    #expect(
      try names("bevt-tokenizer", ["state_dict/cls_head.vae_encoder.blocks.input.w", "state_dict/a"]) == [
        "blocks.input.w"
      ])
    #expect(
      try names(
        "vtp",
        [
          "state_dict/model.blocks.0.attn.in_proj_weight", "state_dict/cls_head.cls_head.bias",
          "state_dict/model.a.attn._attention_pool_q.norm.bias", "epoch",
        ]) == ["blocks.0.attn.qkv.weight", "cls_head.bias"])
    #expect(
      try names("timm-vit", ["blocks.11.mlp.fc2.bias", "cls_token", "head.weight"]) == [
        "transformer_layers.layers.11.ffns.0.layers.1.bias", "cls_token",
      ])
    #expect(
      try names("mmaction-vit", ["transformer_layers.layers.3.norms.1.weight"]) == [
        "transformer_layers.layers.3.ffns.0.norm.weight"
      ])
    #expect(try names("bike", ["model_state_dict/module.visual.proj", "epoch"]) == ["visual.proj"])
    #expect(try names("clip", ["vocab_size", "visual.proj"]) == ["visual.proj"])
    #expect(try names("videomae", ["model/encoder.blocks.0.norm1.bias"]) == ["blocks.0.norm1.bias"])
  }

  @Test func whatIsLeftOutAndWhatCollidesIsSaid() {
    let map = KeyMap("test", "", [.drop("*.tmp"), .rename("a.*.b.*", "*/*"), .remove("x"), .strip("y.")])
    let mapped = map.apply(to: ["a.1.b.2", "1/2", "c.tmp", "xcxx", "y.y.d", "a..b."])
    #expect(mapped.names.map(\.own) == ["1/2", "1/2", "c", "y.d", "/"])
    #expect(mapped.dropped == ["c.tmp"])
    #expect(mapped.collisions == ["1/2"])
  }

  @Test func aModelTakesWhatFitsAndNothingElse() throws {
    let store = ParameterStore()
    let scope = ParameterScope(store)
    _ = scope.weight("weight", [2, 2], .zeros)
    _ = scope.weight("bias", [2], .ones)
    try withTemporaryFolder { folder in
      let path = "\(folder)/w.safetensors"
      func write(_ tensors: [String: Tensor]) throws -> SafetensorsFile {
        try SafetensorsFile.write(tensors, to: path)
        return try SafetensorsFile(path: path)
      }
      let good = Tensor([1, 2, 3, 4], shape: [2, 2])
      let short = try write(["weight": good, "extra": good]).allTensors()
      let missing = #expect(throws: ParameterLoadError.self) { try store.load(short, mode: .exact) }
      let text = missing.map { "\($0)" } ?? ""
      #expect(text.contains("began: bias") && text.contains("not used: extra"), "\(text)")
      #expect(store["weight"]?.value.floats == [0, 0, 0, 0])

      let report = try store.load(short, mode: .present)
      #expect(report.loaded == ["weight"] && report.missing == ["bias"] && report.unexpected == ["extra"])
      #expect(store["weight"]?.value.floats == [1, 2, 3, 4])
      #expect(store["bias"]?.value.floats == [1, 1])

      let other = try write(["weight": good, "bias": good]).allTensors()
      let shape = #expect(throws: ParameterLoadError.self) { try store.load(other, mode: .present) }
      #expect(shape.map { "\($0)" }?.contains("bias: the checkpoint has [2, 2], the model [2]") == true)

      let foreign = try write(["something": good])
      #expect(throws: ParameterLoadError.self) { try store.load(try foreign.allTensors(), mode: .present) }
      let clash = KeyMap("clash", "", [.rename("*", "one*"), .replace("weight", ""), .replace("bias", "")])
      #expect(throws: CheckpointError.self) {
        try write(["weight": good, "bias": good]).allTensors(map: clash)
      }
      let full = try write(["weight": good, "bias": Tensor([5, 6], shape: [2])]).allTensors()
      #expect(try store.load(full, mode: .exact).missing == [] && store["bias"]?.value.floats == [5, 6])
    }
  }
}
