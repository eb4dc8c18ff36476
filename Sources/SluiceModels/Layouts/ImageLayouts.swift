internal import SluiceCheckpoints

/// Image transformers in the layouts they are published in, under the names that TimeSformer and ViViT have for what an
/// image model has too.
enum ImageLayouts {
  static let all = [timm, mmaction, huggingFace]

  /// ViT, DeiT and MAE as timm names them.
  static let timm = KeyMap(
    "timm-vit", "image transformers in the naming of timm, to begin a video transformer with",
    [.rename("patch_embed.proj.*", "patch_embed.projection.*")] + blocks(space: 0))

  /// The image transformer that VideoTransformer-pytorch begins with.
  static let mmaction = KeyMap(
    "mmaction-vit", "image transformers in the naming of mmaction, to begin a video transformer with",
    [
      .replace("attn.in_proj_", "attn.qkv."), .replace("attn.out_proj.", "attn.proj."),
      .rename("*.layers.*.norms.0.*", "*.layers.*.attentions.0.norm.*"),
      .rename("*.layers.*.norms.1.*", "*.layers.*.ffns.0.norm.*"),
    ])

  /// ViT and DeiT as the transformers library names them.
  static let huggingFace = KeyMap(
    "transformers-vit",
    "image transformers in the naming of Hugging Face's transformers, to begin a video transformer with",
    [
      .join(
        ["query", "key", "value"].map { .init(stringLiteral: "encoder.layer.*.attention.attention.\($0).*") },
        "transformer_layers.layers.*.attentions.0.attn.qkv.*")
    ] + huggingFaceBlocks(space: 0))

  /// The blocks of timm's ViT; attention becomes that of index `space`.
  static func blocks(space: Int) -> [KeyMap.Rule] {
    let block = "transformer_layers.layers.*."
    return [
      .rename("blocks.*.norm1.*", block + "attentions.\(space).norm.*"),
      .rename("blocks.*.attn.qkv.*", block + "attentions.\(space).attn.qkv.*"),
      .rename("blocks.*.attn.proj.*", block + "attentions.\(space).attn.proj.*"),
      .rename("blocks.*.norm2.*", block + "ffns.0.norm.*"),
      .rename("blocks.*.mlp.fc1.*", block + "ffns.0.layers.0.0.*"),
      .rename("blocks.*.mlp.fc2.*", block + "ffns.0.layers.1.*"),
    ]
  }

  /// The tokens and blocks of transformers' ViT but for what makes queries, keys and values.
  static func huggingFaceBlocks(space: Int) -> [KeyMap.Rule] {
    let block = "transformer_layers.layers.*."
    return [
      .rename("embeddings.cls_token", "cls_token"), .rename("embeddings.position_embeddings", "pos_embed"),
      .rename("embeddings.patch_embeddings.projection.*", "patch_embed.projection.*"),
      .rename("encoder.layer.*.layernorm_before.*", block + "attentions.\(space).norm.*"),
      .rename("encoder.layer.*.attention.output.dense.*", block + "attentions.\(space).attn.proj.*"),
      .rename("encoder.layer.*.layernorm_after.*", block + "ffns.0.norm.*"),
      .rename("encoder.layer.*.intermediate.dense.*", block + "ffns.0.layers.0.0.*"),
      .rename("encoder.layer.*.output.dense.*", block + "ffns.0.layers.1.*"),
      .rename("layernorm.*", "norm.*"),
    ]
  }

  /// The encoder of VideoMAE, whose queries, keys and values get one bias.
  static func maskedAutoencoder(skipsAttention: Bool) -> KeyMap {
    let attention: [KeyMap.Rule] =
      skipsAttention ? [.drop("blocks.*.attn.qkv.weight"), .drop("blocks.*.attn.proj.*")] : []
    return KeyMap(
      "mae", "the encoder of a masked autoencoder in VideoMAE's naming, to begin another video transformer with",
      [.drop("decoder.*"), .strip("encoder.")] + attention + [
        .join(["blocks.*.attn.q_bias", .zeros, "blocks.*.attn.v_bias"], "blocks.*.attn.qkv.bias"),
        .rename("patch_embed.proj.*", "patch_embed.projection.*"),
      ] + blocks(space: 0) + [.fresh("model.cls_token"), .fresh("model.pos_embed")]
        + (skipsAttention ? [.fresh("*.attn.qkv.weight"), .fresh("*.attn.proj.*")] : []))
  }
}
