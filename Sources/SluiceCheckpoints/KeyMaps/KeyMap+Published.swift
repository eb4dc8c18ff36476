extension KeyMap {
  /// The layouts of what no model here is declared for.
  public static let published: [KeyMap] = [
    .identity,
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
}
