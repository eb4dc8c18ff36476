public import SluiceCheckpoints
internal import SluiceNN

extension TimeSformer: PublishedModel {
  public var layouts: [KeyMap] { layouts(SpaceTimeImport()) }

  /// The layouts, with what is done to weights of other models.
  public func layouts(_ settings: SpaceTimeImport) -> [KeyMap] { configuration.layouts(settings) }
}

extension ViViT: PublishedModel {
  public var layouts: [KeyMap] { layouts(SpaceTimeImport()) }

  /// The layouts, with what is done to weights of other models.
  public func layouts(_ settings: SpaceTimeImport) -> [KeyMap] { configuration.layouts(settings) }
}

extension SpaceTimeConfiguration {
  func layouts(_ settings: SpaceTimeImport) -> [KeyMap] {
    let own = [KeyMap.videoTransformer, .mmactionTimeSformer, timeSformer, huggingFaceTimeSformer]
      .map { $0.appending(ownNames) }
    let image = ImageLayouts.all.map { $0.appending(copies(settings) + ownNames) }
    let encoder = [ImageLayouts.maskedAutoencoder(skipsAttention: settings.skipsAutoencoderAttention)]
      .map { $0.appending(copies(settings) + ownNames) }
    let layouts: [KeyMap] =
      switch settings.source {
      // Only an autoencoder has what is skipped.
      case .auto: settings.skipsAutoencoderAttention ? encoder : own + image + encoder
      case .imageViT: image
      case .maskedAutoencoder: encoder
      case .kinetics: own
      }
    return layouts.map { $0.appending(fits(settings.inflation)) }
  }

  /// What stands in front of the backbone's names.
  private var ownNames: [KeyMap.Rule] { [.prefix("model.", unless: "cls_head.*")] }

  /// The parts that image models lack, made of those they have.
  private func copies(_ settings: SpaceTimeImport) -> [KeyMap.Rule] {
    let zeros: ValueChange? = settings.copy == .repeat ? nil : .zeros
    let first = "transformer_layers.layers.*.attentions.0.*"
    return switch attention {
    case .divided:
      [
        .copy(
          first, to: "transformer_layers.layers.*.attentions.1.*", settings.copy == .repositoryZeros ? zeros : nil),
        .fresh("model.time_embed"), .fresh("model.*.temporal_fc.*"),
      ] + (settings.copy == .zeros ? [.change(first, .zeros)] : [])
    case .factorized:
      [
        .rename("transformer_layers.layers.*", "transformer_layers.0.layers.*"),
        .copy("transformer_layers.0.layers.*", to: "transformer_layers.1.layers.*", zeros),
        .fresh("model.time_embed"),
      ]
    case .joint, .spaceOnly: [.fresh("model.time_embed")]
    }
  }

  /// How what is of other sizes is fitted.
  private func fits(_ inflation: ShapeFit.Inflation) -> [KeyMap.Rule] {
    let filters = "model.patch_embed.projection.weight"
    return [
      .fit(filters, .inflated(inflation)), .fit(filters, .filterLength),
      .fit("model.pos_embed", .grid(leading: 1, rows: patchesPerSide, columns: patchesPerSide)),
      .fit("model.time_embed", .line(leading: attention == .factorized ? 1 : 0)),
    ]
  }

  /// The attention that image models have is the second one of divided blocks.
  private var space: Int { attention == .divided ? 1 : 0 }

  /// TimeSformer as its authors publish it.
  private var timeSformer: KeyMap {
    let time = "transformer_layers.layers.*.attentions.0."
    return KeyMap(
      "timesformer", "TimeSformer as its authors publish it",
      [
        .rename("head.*", "cls_head.cls_head.*"), .rename("patch_embed.proj.*", "patch_embed.projection.*"),
        .rename("blocks.*.temporal_norm1.*", time + "norm.*"), .rename("blocks.*.temporal_attn.*", time + "attn.*"),
        .rename("blocks.*.temporal_fc.*", time + "temporal_fc.*"),
      ] + ImageLayouts.blocks(space: space))
  }

  /// TimeSformer as the transformers library names it.
  private var huggingFaceTimeSformer: KeyMap {
    let block = "transformer_layers.layers.*."
    return KeyMap(
      "transformers-timesformer", "TimeSformer in the naming of Hugging Face's transformers",
      [
        .strip("timesformer."), .rename("classifier.*", "cls_head.cls_head.*"),
        .rename("embeddings.time_embeddings", "time_embed"),
        .rename("encoder.layer.*.temporal_layernorm.*", block + "attentions.0.norm.*"),
        .rename("encoder.layer.*.temporal_attention.attention.qkv.*", block + "attentions.0.attn.qkv.*"),
        .rename("encoder.layer.*.temporal_attention.output.dense.*", block + "attentions.0.attn.proj.*"),
        .rename("encoder.layer.*.temporal_dense.*", block + "attentions.0.temporal_fc.*"),
        .rename("encoder.layer.*.attention.attention.qkv.*", block + "attentions.\(space).attn.qkv.*"),
      ] + ImageLayouts.huggingFaceBlocks(space: space))
  }
}

extension KeyMap {
  /// TimeSformer and ViViT as VideoTransformer-pytorch writes them, whose attention is PyTorch's own.
  fileprivate static let videoTransformer = KeyMap(
    "vtp", "TimeSformer and ViViT as VideoTransformer-pytorch writes them",
    [.replace("in_proj_", "qkv."), .replace("out_proj.", "proj.")])

  /// TimeSformer as mmaction2 writes it.
  fileprivate static let mmactionTimeSformer = KeyMap(
    "mmaction-timesformer", "TimeSformer as mmaction2 writes it",
    [
      .strip("backbone."), .rename("cls_head.fc_cls.*", "cls_head.cls_head.*"), .replace("in_proj_", "qkv."),
      .replace("out_proj.", "proj."),
    ])
}
