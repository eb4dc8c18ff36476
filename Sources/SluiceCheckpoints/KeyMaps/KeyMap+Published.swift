extension KeyMap {
  /// The layouts in which the systems' weights are published.
  public static let published: [KeyMap] = [
    .identity,
    KeyMap(
      "vtp", "MaskFeat, TimeSformer and ViViT as VideoTransformer-pytorch writes them",
      [
        .take("state_dict/"), .drop("*._attention_pool_*"), .strip("model."), .strip("cls_head."),
        .replace("in_proj_", "qkv."), .replace("out_proj", "proj"),
      ]),
    KeyMap(
      "mmaction-vit", "image transformers in the naming of mmaction, to begin a video transformer with",
      [
        .take("state_dict/"),
        .replace("attn.in_proj_", "attn.qkv."), .replace("attn.out_proj.", "attn.proj."),
        .rename("*.layers.*.norms.0.*", "*.layers.*.attentions.0.norm.*"),
        .rename("*.layers.*.norms.1.*", "*.layers.*.ffns.0.norm.*"),
      ]),
    KeyMap(
      "timm-vit", "image transformers in the naming of timm, to begin a video transformer with",
      [
        .take("model/", "state_dict/"), .drop("head.*"), .rename("patch_embed.proj.*", "patch_embed.projection.*"),
        .rename("blocks.*.norm1.*", "transformer_layers.layers.*.attentions.0.norm.*"),
        .rename("blocks.*.attn.qkv.*", "transformer_layers.layers.*.attentions.0.attn.qkv.*"),
        .rename("blocks.*.attn.proj.*", "transformer_layers.layers.*.attentions.0.attn.proj.*"),
        .rename("blocks.*.norm2.*", "transformer_layers.layers.*.ffns.0.norm.*"),
        .rename("blocks.*.mlp.fc1.*", "transformer_layers.layers.*.ffns.0.layers.0.0.*"),
        .rename("blocks.*.mlp.fc2.*", "transformer_layers.layers.*.ffns.0.layers.1.*"),
      ]),
    KeyMap(
      "bevt", "BEVT's video and image streams as mmcv writes them, and plain Swin checkpoints",
      [
        .take("model/", "module/", "state_dict/"), .strip("module."), .strip("backbone."), .strip("encoder."),
        .drop("*relative_position_index*"), .drop("*attn_mask*"), .drop("cls_head.vae_encoder.*"),
      ]),
    KeyMap(
      "bevt-tokenizer", "the DALL-E encoder inside a BEVT checkpoint",
      [
        .take("state_dict/"), .strip("module."), .take("cls_head.vae_encoder."),
      ]),
    KeyMap(
      "videomae", "VideoMAE's encoder for fine-tuning, as it writes pre-trained models",
      [.take("model/", "module/"), .strip("backbone."), .strip("encoder.")]),
    KeyMap(
      "videomae-pretrain", "VideoMAE's and SimVTP's whole pre-training model", [.take("model/", "module/")]),
    KeyMap(
      "bert", "BERT's embeddings for SimVTP's text",
      [
        .take("bert.embeddings."), .rename("LayerNorm.gamma", "LayerNorm.weight"),
        .rename("LayerNorm.beta", "LayerNorm.bias"),
      ]),
    KeyMap(
      "clip", "OpenAI's CLIP archives",
      [.drop("input_resolution"), .drop("context_length"), .drop("vocab_size")]),
    KeyMap("bike", "BIKE's visual and text towers", [.take("model_state_dict/"), .remove("module.")]),
    KeyMap("bike-head", "BIKE's head", [.take("fusion_model_state_dict/"), .remove("module.")]),
  ]

  /// The published map of that name.
  public static func named(_ name: String) -> KeyMap? { published.first { $0.name == name } }
}
