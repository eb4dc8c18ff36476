public import SluiceCheckpoints
internal import SluiceNN

extension VideoSwin: PublishedModel {
  /// Video Swin and BEVT's two streams as they are, Swin transformers of images and BEVT's image stream inflated.
  public var layouts: [KeyMap] { configuration.layouts(hasImagePatches: false) }
}

extension BEVT: PublishedModel {
  /// Its own files, and what ``VideoSwin`` takes; where a file has patches of images or of clips alone, both streams' are made
  /// of them.
  public var layouts: [KeyMap] { configuration.layouts(hasImagePatches: true) }
}

extension SwinConfiguration {
  /// The layouts of weights that the stages can begin with.
  /// - Parameter hasImagePatches: whether there are patches of images beside those of clips.
  func layouts(hasImagePatches: Bool) -> [KeyMap] {
    let (patches, tables) = ("backbone.patch_embed.proj.weight", "*relative_position_bias_table")
    let around: [KeyMap.Rule] = [
      .drop("*relative_position_index"), .drop("*attn_mask"), .drop("cls_head.vae_encoder.*"),
      // What pre-training adds to the stages.
      .fresh("backbone.mask_token"), .fresh("backbone.lm_down*"), .fresh("backbone.fpn*"), .fresh("cls_head.lm_head.*"),
    ]
    // Files of clips alone have no patches of images.
    let ofImages: [KeyMap.Rule] = [
      .copy("backbone.patch_embed.*", to: "backbone.patch_embed_2d.*"),
      .fit("backbone.patch_embed_2d.proj.weight", .flattened),
    ]
    return [
      KeyMap(
        "swin", "Video Swin and BEVT as mmaction2 writes them",
        around + [
          .prefix("backbone.", unless: "backbone.*", "cls_head.*"), .fit(patches, .filterLength),
          .fit(tables, .clipWindow(window.axes)),
        ] + (hasImagePatches ? ofImages : [])),
      KeyMap(
        "swin-images", "Swin transformers of images, BEVT's image stream among them",
        around + [
          .drop("head.*"), .strip("backbone."), .strip("encoder."), .rename("fc_norm.*", "norm.*"),
          .copy("patch_embed.*", to: "patch_embed_2d.*"),
          .prefix("backbone.", unless: "cls_head.*"), .fit(patches, .inflated(.average)),
          .fit(tables, .imageWindow(window.axes)),
        ]),
    ]
  }
}
