import Foundation
import SluiceCheckpoints
import SluiceModels
import SluiceNN
import SluiceTensor
import TestSupport
import Testing

@Suite struct KeyMapTests {
  /// A file that holds tensors of these shapes, filled with 0, 1, 2, ….
  private func file(_ shapes: [String: [Int]], in folder: String) throws -> SafetensorsFile {
    let path = "\(folder)/\(UUID()).safetensors"
    try SafetensorsFile.write(
      shapes.mapValues { shape in
        Tensor((0..<shape.reduce(1, *)).map { Float($0) }, shape: Shape(shape))
      }, to: path)
    return try SafetensorsFile(path: path)
  }

  /// What a map makes of names, in the order of the names that are left.
  private func names(_ map: KeyMap, _ stored: [String]) throws -> [String] {
    try withTemporaryFolder { folder in
      try map.apply(to: try file(Dictionary(uniqueKeysWithValues: stored.map { ($0, [1]) }), in: folder))
        .tensors.map(\.name).sorted()
    }
  }

  private func names(_ map: String, _ stored: [String]) throws -> [String] {
    try names(try #require(KeyMap.named(map)), stored)
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
        "cls_token", "transformer_layers.layers.11.ffns.0.layers.1.bias",
      ])
    #expect(
      try names("mmaction-vit", ["transformer_layers.layers.3.norms.1.weight"]) == [
        "transformer_layers.layers.3.ffns.0.norm.weight"
      ])
    #expect(try names("bike", ["model_state_dict/module.visual.proj", "epoch"]) == ["visual.proj"])
    #expect(try names("clip", ["vocab_size", "visual.proj"]) == ["visual.proj"])
    #expect(try names("videomae", ["model/encoder.blocks.0.norm1.bias"]) == ["blocks.0.norm1.bias"])
  }

  @Test func whatIsLeftOutAndWhatMeetsIsSaid() throws {
    let map = KeyMap("test", "", [.drop("*.tmp"), .rename("a.*.b.*", "*/*"), .remove("x"), .strip("y.")])
    #expect(try names(map, ["a.1.b.2", "c.tmp", "xcxx", "y.y.d", "a..b."]) == ["/", "1/2", "c", "y.d"])
    try withTemporaryFolder { folder in
      let source = try file(["a.1.b.2": [1], "1/2": [1], "c.tmp": [1]], in: folder)
      let error = #expect(throws: CheckpointError.self) { try map.apply(to: source) }
      #expect(error?.description.contains("the layout test gives several tensors the name 1/2. Use another") == true)
      #expect(try KeyMap("less", "", [.drop("*.tmp")]).apply(to: source).dropped == ["c.tmp"])
    }
  }

  @Test func namesInFrontAreAddedOnce() throws {
    let map = KeyMap("test", "", [.prefix("model.", unless: "head.*", "*_token")])
    #expect(
      try names(map, ["a.b", "model.c", "head.weight", "cls_token", "heads"])
        == ["cls_token", "head.weight", "model.a.b", "model.c", "model.heads"])
  }

  @Test func aSecondCopyIsTakenWhereTheFirstIsAbsentOnly() throws {
    let map = KeyMap("test", "", [.fallback("*._pool_*.w", "*.pool_*")])
    #expect(try names(map, ["a._pool_q.w", "a.pool_q", "b._pool_k.w"]) == ["a.pool_q", "b.pool_k"])
  }

  @Test func partsAreJoinedByWhatTheirStarsStandFor() throws {
    try withTemporaryFolder { folder in
      let map = KeyMap("test", "", [.join(["*.q.*", .zeros, "*.v.*"], "*.qkv.*")])
      let source = try file(
        ["1.q.w": [2, 2], "1.v.w": [1, 2], "2.q.w": [1], "3.q.b": [1, 2], "3.v.b": [1, 3], "x": [1]], in: folder)
      let mapped = try map.apply(to: source)
      #expect(Set(mapped.tensors.map(\.name)) == ["1.qkv.w", "2.q.w", "3.q.b", "3.v.b", "x"])
      #expect(mapped["1.qkv.w"]?.shape == [5, 2])
      #expect(try mapped.floats("1.qkv.w") == [0, 1, 2, 3, 0, 0, 0, 0, 0, 1])
      #expect(mapped.stored("1.qkv.w") == ["1.q.w", "1.v.w"] && mapped.dropped == [])
    }
  }

  @Test func aTensorIsSplitAlongItsFirstAxis() throws {
    try withTemporaryFolder { folder in
      let map = KeyMap("test", "", [.split("*.qkv", into: ["*.q", nil, "*.v"])])
      let mapped = try map.apply(to: try file(["a.qkv": [6, 2], "b.qkv": [4]], in: folder))
      #expect(Set(mapped.tensors.map(\.name)) == ["a.q", "a.v"])
      #expect(try mapped.floats("a.q") == [0, 1, 2, 3] && mapped.floats("a.v") == [8, 9, 10, 11])
      #expect(mapped.dropped == ["b.qkv"])
    }
  }

  @Test func valuesAreCopiedAndChanged() throws {
    try withTemporaryFolder { folder in
      let rules: [KeyMap.Rule] = [
        .copy("a.*", to: "b.*"), .copy("a.*", to: "c.*", .zeros), .change("a.w", .transposed),
        .change("b.w", .scaled(by: 2)), .change("a.v", .transposed),
        .change("c.w", ValueChange(shape: { $0 + [1] }, value: { ($0 + Tensor(3)).reshaped(2, 3, 1) })),
      ]
      let source = try file(["a.w": [2, 3], "a.v": [2], "b.v": [1]], in: folder)
      let mapped = try KeyMap("test", "", rules).apply(to: source)
      #expect(mapped["a.w"]?.shape == [3, 2] && mapped["c.w"]?.shape == [2, 3, 1])
      #expect(try mapped.floats("a.w") == [0, 3, 1, 4, 2, 5] && mapped.floats("b.w") == [0, 2, 4, 6, 8, 10])
      #expect(try mapped.floats("c.w") == [3, 3, 3, 3, 3, 3] && mapped.floats("c.v") == [0, 0])
      // What cannot be changed so is left out, and what has the new name already stays.
      #expect(mapped["a.v"] == nil && mapped["b.v"]?.shape == [1])
    }
  }

  @Test func whatDoesNotChangeKeepsItsBytesAndWhatChangesItsType() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/w.safetensors"
      let (long, half) = (
        TensorInfo(name: "n", type: .int64, shape: [1]), TensorInfo(name: "h", type: .float16, shape: [2])
      )
      let bytes: [UInt8] = [255, 255, 255, 255, 255, 255, 255, 127]
      try SafetensorsFile.write(
        [TensorContent(long, bytes: bytes), TensorContent(half, bytes: [0, 0x3C, 0, 0x40])], to: path)
      let map = KeyMap(
        "test", "", [.rename("n", "count"), .change("h", .scaled(by: 0.5)), .copy("count", to: "n2", .zeros)])
      let mapped = try map.apply(to: try SafetensorsFile(path: path))
      #expect(try mapped["count"]?.type == .int64 && mapped.bytes("count") == bytes)
      #expect(try mapped["h"]?.type == .float16 && mapped.floats("h") == [0.5, 1])
      #expect(mapped["n2"]?.type == .float32)
      #expect(throws: CheckpointError.self) { try mapped.bytes("n") }
    }
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
