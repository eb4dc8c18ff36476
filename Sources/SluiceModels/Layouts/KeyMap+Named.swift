public import SluiceCheckpoints
internal import SluiceNN

extension KeyMap {
  /// Every layout that is known by name: those of models as `MODEL/LAYOUT`, such as `timesformer/timm-vit`, with the
  /// published sizes; and plain names of what is around models.
  public static let all: [KeyMap] =
    published + plain
    + models.flatMap { model, published in
      let forms = KeyMap.forms(of: published.parameters.declarations.map(\.name) + published.headNames)
      return published.layouts.map { KeyMap("\(model)/\($0.name)", $0.summary, $0.rules, forms: forms) }
    }

  /// The layout of that name.
  public static func named(_ name: String) -> KeyMap? { all.first { $0.name == name } }

  /// The models with their published sizes.
  private static let models: [(name: String, model: any PublishedModel)] = {
    let made: [(String, (any PublishedModel)?)] = [
      ("timesformer", try? TimeSformer()), ("vivit", try? ViViT()), ("mvit", try? MViT(predictionWidth: 1)),
      ("mvitv2", try? MViTv2()), ("videomae", try? VideoMAE()), ("videomae-finetune", try? VideoViT()),
      ("swin", try? VideoSwin(.base)), ("simvtp", try? SimVTP()), ("simvtp-finetune", try? SimVTPTowers()),
    ]
    // The published sizes are valid, so that each of them is made.
    return made.compactMap { name, model in model.map { (name, $0) } }
  }()

  /// The same layouts less what a model has around its own names, for other programs.
  private static let plain: [KeyMap] = [
    KeyMap(
      "vtp", "MaskFeat, TimeSformer and ViViT as VideoTransformer-pytorch writes them",
      [
        .take("state_dict/"), .drop("*._attention_pool_*"), .strip("model."), .strip("cls_head."),
        .replace("in_proj_", "qkv."), .replace("out_proj", "proj"),
      ]),
    KeyMap(ImageLayouts.mmaction.name, ImageLayouts.mmaction.summary, [.take("state_dict/")])
      .appending(ImageLayouts.mmaction.rules),
    KeyMap(ImageLayouts.timm.name, ImageLayouts.timm.summary, [.take("model/", "state_dict/"), .drop("head.*")])
      .appending(ImageLayouts.timm.rules),
    KeyMap(
      "videomae", "VideoMAE's encoder for fine-tuning, as it writes pre-trained models",
      [.take("model/", "module/"), .strip("backbone."), .strip("encoder.")]),
    KeyMap(
      "videomae-pretrain", "VideoMAE's and SimVTP's whole pre-training model", [.take("model/", "module/")]),
  ]
}

extension PublishedModel {
  /// What a classifier on this network adds.
  fileprivate var headNames: [String] {
    (self as? any VideoBackbone).map { [$0.headName + ".weight", $0.headName + ".bias"] } ?? []
  }
}
