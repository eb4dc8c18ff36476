public import SluiceCheckpoints
internal import SluiceNN

extension VideoSwin: PublishedModel {
  /// Video Swin and BEVT's two streams as they are, Swin transformers of images and BEVT's image stream inflated.
  public var layouts: [KeyMap] { configuration.layouts }
}

extension SwinConfiguration {
  /// The layouts of weights that the stages can begin with.
  var layouts: [KeyMap] {
    let (patches, tables) = ("backbone.patch_embed.proj.weight", "*relative_position_bias_table")
    let buffers: [KeyMap.Rule] = [.drop("*relative_position_index"), .drop("*attn_mask")]
    return [
      KeyMap(
        "swin", "Video Swin and BEVT as mmaction2 writes them",
        buffers + [
          .prefix("backbone.", unless: "backbone.*", "cls_head.*"), .fit(patches, .filterLength),
          .fit(tables, .clipWindow(window.axes)),
        ]),
      KeyMap(
        "swin-images", "Swin transformers of images, BEVT's image stream among them",
        buffers + [
          .drop("head.*"), .strip("backbone."), .strip("encoder."), .rename("fc_norm.*", "norm.*"),
          .prefix("backbone.", unless: "cls_head.*"), .fit(patches, .inflated(.average)),
          .fit(tables, .imageWindow(window.axes)),
        ]),
    ]
  }
}
