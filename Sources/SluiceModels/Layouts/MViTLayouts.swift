public import SluiceCheckpoints
internal import SluiceNN

extension MViT: PublishedModel {
  /// VideoTransformer-pytorch's files, pytorchvideo's, and SlowFast's of the first version.
  public var layouts: [KeyMap] {
    let own = [KeyMap.vtp, .pytorchvideo, .slowFast].map {
      $0.appending([.prefix("model.", unless: "cls_head.*"), .fit("model.patch_embed.*", .filterLength)])
    }
    let positions = "model.mvit.cls_positional_encoding."
    let grid = configuration.patchGrid
    return own.map {
      $0.appending([
        .fit(positions + "pos_embed_spatial", .grid(rows: grid.height, columns: grid.width)),
        .fit(positions + "pos_embed_temporal", .line()),
      ])
    }
  }
}

extension MViTv2: PublishedModel {
  /// SlowFast's files have the model's own names; MaskFeat's have no norm of their own for a classifier.
  public var layouts: [KeyMap] {
    let fits: [KeyMap.Rule] = [
      .fit("blocks.*.attn.rel_pos_*", .distances), .fit("patch_embed.proj.weight", .filterLength),
    ]
    return [
      KeyMap("slowfast", "MViT of the second version as SlowFast writes it", fits),
      KeyMap(
        "slowfast-maskfeat", "MaskFeat's pre-trained MViT as SlowFast writes it, to tune a classifier from",
        fits + [.drop("pred_head.*"), .drop("mask_token"), .fresh("norm.*")]),
    ]
  }
}

extension KeyMap {
  /// Later releases of pytorchvideo store the pools a second time under names of their own.
  private static let poolCopies: [Rule] = [
    .fallback("*._attention_pool_*.pool.*", "*.pool_*.*"), .fallback("*._attention_pool_*.norm.*", "*.norm_*.*"),
  ]

  /// MViT as VideoTransformer-pytorch writes it.
  fileprivate static let vtp = KeyMap(
    "vtp", "MViT as VideoTransformer-pytorch writes it", poolCopies)

  /// MViT as pytorchvideo writes it.
  fileprivate static let pytorchvideo = KeyMap(
    "pytorchvideo", "MViT as pytorchvideo writes it",
    poolCopies + separated("blocks") + [
      .rename("head.proj.*", "cls_head.cls_head.*"),
      .rename("patch_embed.patch_model.*", "model.patch_embed.patch_model.*"),
      .rename("cls_positional_encoding.*", "model.mvit.cls_positional_encoding.*"),
      .rename("blocks.*", "model.mvit.blocks.*"), .rename("norm_embed.*", "model.mvit.norm_embed.*"),
    ])

  /// MViT of the first version as SlowFast writes it: with tables of positions in space and in time.
  fileprivate static let slowFast = KeyMap(
    "slowfast", "MViT of the first version as SlowFast writes it",
    separated("blocks") + [
      .rename("head.projection.*", "cls_head.cls_head.*"),
      .rename("patch_embed.proj.*", "model.patch_embed.patch_model.*"),
      .rename("cls_token", "model.mvit.cls_positional_encoding.cls_token"),
      .rename("pos_embed_*", "model.mvit.cls_positional_encoding.pos_embed_*"),
      .rename("blocks.*", "model.mvit.blocks.*"), .rename("norm.*", "model.mvit.norm_embed.*"),
    ])

  /// Queries, keys and values that are made by one matrix, as three.
  private static func separated(_ blocks: String) -> [Rule] {
    [.split(blocks + ".*.attn.qkv.*", into: ["q", "k", "v"].map { blocks + ".*.attn.\($0).*" })]
  }
}
