public import SluiceCheckpoints
internal import SluiceNN

extension SimVTP: PublishedModel {
  /// SimVTP's own files of pre-training, those of VideoMAE, and BERT's embeddings.
  public var layouts: [KeyMap] {
    // Videos alone, and texts alone: what each lacks comes from the other, or begins anew.
    let ofTexts: [KeyMap.Rule] = ["text_embeddings.*", "text_cls.*", "vtm_head.*"].map { .fresh($0) }
    let ofVideos: [KeyMap.Rule] = ["mask_token", "encoder.*", "decoder.*", "encoder_to_decoder.*"].map { .fresh($0) }
    return [
      KeyMap("simvtp-pretrain", "SimVTP's whole pre-training model", [.drop("text_embeddings.position_ids")])
    ] + video.layouts.map { $0.appending(ofTexts) } + [
      KeyMap(
        "bert", "BERT's embeddings, for texts",
        [
          .take("bert.embeddings.", "embeddings."), .drop("position_ids"),
          .rename("LayerNorm.gamma", "LayerNorm.weight"), .rename("LayerNorm.beta", "LayerNorm.bias"),
          .prefix("text_embeddings."), .fresh("text_cls.*"), .fresh("vtm_head.*"),
        ] + ofVideos)
    ]
  }
}

extension SimVTPTowers: PublishedModel {
  /// The encoder of a ``SimVTP``, twice, and fine-tuned towers.
  public var layouts: [KeyMap] {
    let left: [KeyMap.Rule] = [
      "encoder.norm.*", "mask_token", "decoder.*", "encoder_to_decoder.*", "text_cls.*", "vtm_head.*", "*position_ids",
    ].map { .drop($0) }
    let twice: [KeyMap.Rule] = ["patch_embed.*", "blocks.*", "text_embeddings.*"].flatMap { name in
      [KeyMap.Rule.copy(name, to: "video_encoder." + name), .rename(name, "text_encoder." + name)]
    }
    return [
      // Features are normalized behind the mean, which pre-training does not have.
      KeyMap(
        "simvtp", "SimVTP's encoder for fine-tuning, for both towers",
        left + [.strip("encoder.")] + twice + [.fresh("*.fc_norm.*")]),
      KeyMap("simvtp-finetuned", "the two towers that SimVTP tunes", [.drop("*position_ids")]),
    ].map { $0.appending([.fit("*.patch_embed.proj.weight", .filterLength)]) }
  }
}
