public import SluiceCheckpoints
internal import SluiceNN

extension VideoMAE: PublishedModel {
  /// VideoMAE's own files have the model's names; those of Hugging Face's transformers do not.
  public var layouts: [KeyMap] {
    let names =
      KeyMap.huggingFace("videomae.encoder.layer", as: "encoder.blocks")
      + KeyMap.huggingFace("decoder.decoder_layers", as: "decoder.blocks") + [
        .rename("videomae.embeddings.patch_embeddings.projection.*", "encoder.patch_embed.proj.*"),
        .rename("videomae.layernorm.*", "encoder.norm.*"),
      ]
    return [
      KeyMap("videomae-pretrain", "VideoMAE's whole pre-training model", []),
      KeyMap(
        "transformers-videomae", "VideoMAE's pre-training model in the naming of Hugging Face's transformers", names),
    ].map { $0.appending(configuration.fits(in: "encoder.")) }
  }
}

extension VideoViT: PublishedModel {
  /// The encoder of a ``VideoMAE``, and fine-tuned models of others.
  public var layouts: [KeyMap] {
    [
      KeyMap(
        "videomae", "VideoMAE's encoder for fine-tuning, as it writes pre-trained models",
        // Features are normalized behind the mean, which pre-training does not have.
        [.take("encoder.", "backbone."), .fresh("fc_norm.*")]),
      KeyMap(
        "transformers-videomae", "VideoMAE in the naming of Hugging Face's transformers",
        [.strip("videomae.")] + KeyMap.huggingFace("encoder.layer", as: "blocks") + [
          .rename("embeddings.patch_embeddings.projection.*", "patch_embed.proj.*"),
          .rename("layernorm.*", "norm.*"), .rename("classifier.*", "head.*"), .fresh("fc_norm.*"),
        ]),
      KeyMap("videomae-finetuned", "the video transformer that VideoMAE tunes", []),
    ].map { $0.appending(configuration.fits(in: "")) }
  }
}

extension VideoMAEConfiguration {
  /// How an encoder of other sizes is fitted; learned positions step by step.
  fileprivate func fits(in prefix: String) -> [KeyMap.Rule] {
    let grid = tokenGrid
    return [
      .fit(prefix + "patch_embed.proj.weight", .filterLength),
      .fit(prefix + "pos_embed", .grid(steps: grid.time, rows: grid.height, columns: grid.width)),
    ]
  }
}

extension KeyMap {
  /// The blocks of transformers' VideoMAE under VideoMAE's names.
  fileprivate static func huggingFace(_ layers: String, as blocks: String) -> [Rule] {
    [
      .join(
        ["query", "key", "value"].map { .init(stringLiteral: layers + ".*.attention.attention.\($0).weight") },
        blocks + ".*.attn.qkv.weight"),
      .rename(layers + ".*.attention.attention.*_bias", blocks + ".*.attn.*_bias"),
      .rename(layers + ".*.attention.output.dense.*", blocks + ".*.attn.proj.*"),
      .rename(layers + ".*.layernorm_before.*", blocks + ".*.norm1.*"),
      .rename(layers + ".*.layernorm_after.*", blocks + ".*.norm2.*"),
      .rename(layers + ".*.intermediate.dense.*", blocks + ".*.mlp.fc1.*"),
      .rename(layers + ".*.output.dense.*", blocks + ".*.mlp.fc2.*"),
    ]
  }
}
