import SluiceCheckpoints
import SluiceModels
import SluiceNN
import SluiceTensor

/// An MViT of eight numbers a token.
var tinyMViT: MViTConfiguration {
  var tiny = MViTConfiguration.demo
  (tiny.depth, tiny.dimension, tiny.imageSize, tiny.hasClassToken) = (2, 8, 32, true)
  return tiny
}

/// A VideoMAE of eight numbers a token.
func tinyVideoMAE(poolsMean: Bool = true, learnsPositions: Bool = false) -> VideoMAEConfiguration {
  var tiny = VideoMAEConfiguration.small
  (tiny.dimension, tiny.headCount, tiny.depth, tiny.decoderDepth) = (8, 2, 2, 1)
  (tiny.decoderDimension, tiny.decoderHeadCount, tiny.poolsMean) = (4, 2, poolsMean)
  tiny.learnsPositions = learnsPositions
  return tiny
}

extension LayoutCase {
  static func mViTs() throws -> [LayoutCase] {
    let make = { @Sendable in try MViT(tinyMViT) }
    let own = values(of: try make())
    let video = { @Sendable (name: String) in
      replacing(name, ["cls_head.cls_head": "head.proj", "model.mvit.": "", "model.patch_embed": "patch_embed"])
    }
    let slowFast = packed(own, true) { name in
      replacing(
        name,
        [
          "cls_head.cls_head": "head.projection", "model.mvit.cls_positional_encoding.": "", "model.mvit.": "",
          "model.patch_embed.patch_model": "patch_embed.proj", "norm_embed": "norm",
        ])
    }
    return try [
      LayoutCase("mvit/none", of: make, writing: own) { own[$0] },
      LayoutCase("mvit/vtp", variant: "pools under other names", of: make, writing: twins(own, keepsPlain: false)) {
        own[$0]
      },
      // The plain names are the model's own; the copies are left over.
      LayoutCase("mvit/none", variant: "pools twice", of: make, writing: twins(own, keepsPlain: true)) { own[$0] },
      LayoutCase(
        "mvit/vtp", variant: "bare", of: make,
        writing: renamed(own) { [$0.hasPrefix("model.") ? String($0.dropFirst(6)) : $0: $1] }
      ) { own[$0] },
      LayoutCase("mvit/pytorchvideo", of: make, writing: packed(own, false, video)) { own[$0] },
      LayoutCase("mvit/pytorchvideo", variant: "one matrix", of: make, writing: packed(own, true, video)) { own[$0] },
      LayoutCase("mvit/slowfast", of: make, writing: slowFast) { own[$0] },
    ] + secondMViTs()
  }

  private static func secondMViTs() throws -> [LayoutCase] {
    let make = { @Sendable in try MViTv2(tinyMViT) }
    let own = values(of: try make())
    // What MaskFeat pre-trained has no norm for a classifier, and a head for prediction.
    let pretrained = values(of: try MViTv2(tinyMViT, predictionWidth: 12))
    return try [
      LayoutCase("mvitv2/slowfast", of: make, head: "head.*", found: "none", writing: own) { own[$0] },
      LayoutCase("mvitv2/slowfast-maskfeat", of: make, head: "head.*", writing: pretrained) {
        $0.hasPrefix("norm.") ? nil : pretrained[$0]
      },
    ]
  }

  /// Names changed, and queries, keys and values in one matrix or three.
  private static func packed(_ own: Weights, _ isPacked: Bool, _ change: (String) -> String) -> Weights {
    renamed(own) { name, value in
      let parts = name.split(separator: ".")
      guard isPacked, name.contains(".attn."), ["q", "k", "v"].contains(parts[parts.count - 2]) else {
        return [change(name): value]
      }
      let kind = String(parts[parts.count - 1])
      let stem = parts.dropLast(2).joined(separator: ".")
      return [
        change("\(stem).qkv.\(kind)"): .concatenated(["q", "k", "v"].map { own["\(stem).\($0).\(kind)"]! }, axis: 0)
      ]
    }
  }

  /// Pools under the names of later releases of pytorchvideo, beside their plain names or alone.
  private static func twins(_ own: Weights, keepsPlain: Bool) -> Weights {
    renamed(own) { name, value in
      var result: Weights = [:]
      for kind in ["pool", "norm"] {
        for part in ["q", "k", "v"] where name.contains(".attn.\(kind)_\(part).") {
          let alias = replacing(name, ["\(kind)_\(part).": "_attention_pool_\(part).\(kind)."])
          result[alias] = keepsPlain ? .zeros(value.shape) : value
        }
      }
      if keepsPlain || result.isEmpty { result[name] = value }
      return result
    }
  }

  static func videoMAEs() throws -> [LayoutCase] {
    let tuned = { @Sendable in try VideoViT(tinyVideoMAE()) }
    let whole = { @Sendable in try VideoMAE(tinyVideoMAE()) }
    let own = values(of: try tuned())
    let pretraining = try whole()
    pretraining.parameters.initialize(seed: 6)
    let source = pretraining.parameters.values
    let foreign = transformersPretraining(source)
    let transformed = renamed(own) { name, value in
      let names: KeyValuePairs = [
        "head.": "classifier.", "patch_embed.proj": "videomae.embeddings.patch_embeddings.projection",
      ]
      return transformers(replacing(name, names), value, "blocks.", "videomae.encoder.layer.")
    }
    let encoder = { (name: String) in name.hasPrefix("fc_norm.") ? nil : source["encoder." + name] }
    let learning = try VideoMAE(tinyVideoMAE(learnsPositions: true))
    learning.parameters.initialize(seed: 7)
    let learned = learning.parameters.values
    return try [
      LayoutCase("videomae/videomae-pretrain", of: whole, head: "decoder.head.*", found: "none", writing: source) {
        source[$0]
      },
      LayoutCase(
        "videomae/videomae-pretrain", variant: "learned positions",
        of: { try VideoMAE(tinyVideoMAE(learnsPositions: true)) }, head: "decoder.head.*", found: "none",
        writing: learned
      ) { learned[$0] },
      LayoutCase(
        "videomae-finetune/videomae", variant: "learned positions",
        of: { try VideoViT(tinyVideoMAE(learnsPositions: true)) }, head: "head.*", writing: learned
      ) { $0.hasPrefix("fc_norm.") ? nil : learned["encoder." + $0] },
      LayoutCase("videomae/transformers-videomae", of: whole, head: "decoder.head.*", writing: foreign) { source[$0] },
      LayoutCase("videomae-finetune/videomae", of: tuned, head: "head.*", writing: source, expecting: encoder),
      LayoutCase(
        "videomae-finetune/videomae", variant: "inside backbone", of: tuned, head: "head.*",
        writing: renamed(source) { ["backbone." + $0: $1] }, expecting: encoder),
      // Without a norm behind the mean the encoder's names are the model's own.
      LayoutCase(
        "videomae-finetune/videomae", variant: "class token", of: { try VideoViT(tinyVideoMAE(poolsMean: false)) },
        head: "head.*", found: "none", writing: source, expecting: encoder),
      LayoutCase("videomae-finetune/videomae-finetuned", of: tuned, head: "head.*", found: "none", writing: own) {
        own[$0]
      },
      LayoutCase("videomae-finetune/transformers-videomae", of: tuned, head: "head.*", writing: transformed) {
        own[$0]
      },
      LayoutCase(
        "videomae-finetune/transformers-videomae", variant: "pre-trained", of: tuned, head: "head.*", writing: foreign,
        expecting: encoder),
    ]
  }

  static func transformersPretraining(_ source: Weights) -> Weights {
    renamed(source) { name, value in
      let name = replacing(
        name,
        [
          "encoder.patch_embed.proj": "videomae.embeddings.patch_embeddings.projection",
          "encoder.norm": "videomae.layernorm",
        ])
      return name.hasPrefix("decoder.")
        ? transformers(name, value, "decoder.blocks.", "decoder.decoder_layers.")
        : transformers(name, value, "encoder.blocks.", "videomae.encoder.layer.")
    }
  }

  /// VideoMAE's blocks as the transformers library names them.
  private static func transformers(_ name: String, _ value: Tensor, _ blocks: String, _ layers: String) -> Weights {
    let foreign = replacing(
      name,
      [
        blocks: layers, "norm1": "layernorm_before", "norm2": "layernorm_after", "attn.proj": "attention.output.dense",
        "attn.": "attention.attention.", "mlp.fc1": "intermediate.dense", "mlp.fc2": "output.dense",
      ])
    guard foreign.hasSuffix("qkv.weight") else { return [foreign: value] }
    return Dictionary(
      uniqueKeysWithValues: zip(["query", "key", "value"], thirds(value)).map {
        (replacing(foreign, ["qkv.weight": "\($0).weight"]), $1)
      })
  }
}
