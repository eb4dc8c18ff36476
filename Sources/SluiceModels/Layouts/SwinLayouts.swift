public import SluiceCheckpoints
internal import SluiceNN

extension VideoSwin: PublishedModel {
  /// Video Swin and BEVT's two streams as they are, Swin transformers of images and BEVT's image stream inflated.
  public var layouts: [KeyMap] { configuration.layouts }
}

extension BEVT: PublishedModel {
  /// Its own files, and what ``VideoSwin`` takes; of images' patches both streams' are made.
  public var layouts: [KeyMap] { configuration.layouts }
}

extension SwinConfiguration {
  /// The layouts of weights that the stages can begin with.
  var layouts: [KeyMap] {
    let (patches, tables) = ("backbone.patch_embed.proj.weight", "*relative_position_bias_table")
    let around: [KeyMap.Rule] = [
      .drop("*relative_position_index"), .drop("*attn_mask"), .drop("cls_head.vae_encoder.*"),
      // What pre-training adds to the stages.
      .fresh("backbone.mask_token"), .fresh("backbone.lm_down*"), .fresh("backbone.fpn*"), .fresh("cls_head.lm_head.*"),
    ]
    return [
      KeyMap(
        "swin", "Video Swin and BEVT as mmaction2 writes them",
        around + [
          .prefix("backbone.", unless: "backbone.*", "cls_head.*"), .fit(patches, .filterLength),
          .fit(tables, .clipWindow(window.axes)),
        ]),
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
