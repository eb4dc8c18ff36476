import SluiceCheckpoints
import SluiceModels
import SluiceNN
import SluiceTensor

/// A TimeSformer or ViViT of eight numbers a token.
func tinySpaceTime(_ attention: SpaceTimeConfiguration.Attention, tubelet: Int? = nil) -> SpaceTimeConfiguration {
  var tiny = SpaceTimeConfiguration(frameCount: 4, attention: attention)
  (tiny.imageSize, tiny.patchSize, tiny.dimension, tiny.headCount) = (16, 8, 8, 2)
  (tiny.depth, tiny.temporalDepth, tiny.tubeletSize) = (2, 1, tubelet)
  return tiny
}

/// The names of divided attention as the authors of TimeSformer have them.
func authorsName(_ name: String, space: Int) -> String {
  replacing(
    name,
    [
      "cls_head.cls_head": "model.head", "patch_embed.projection": "patch_embed.proj",
      "transformer_layers.layers": "blocks", "attentions.\(space).norm": "norm1", "attentions.\(space).attn": "attn",
      "attentions.0.norm": "temporal_norm1", "attentions.0.attn": "temporal_attn",
      "attentions.0.temporal_fc": "temporal_fc", "ffns.0.norm": "norm2", "ffns.0.layers.0.0": "mlp.fc1",
      "ffns.0.layers.1": "mlp.fc2",
    ])
}

/// What an image model has of a video transformer's numbers: its first attention, no time.
func imageWeights(_ own: Weights) -> Weights {
  own.filter { name, _ in
    !name.contains("attentions.1.") && !name.contains("temporal_fc") && !name.contains("time_embed")
      && !name.hasPrefix("cls_head.") && !name.contains("transformer_layers.1.")
  }
}

/// The layouts of image models, each with how it names what a video transformer has.
let imageLayouts: [(layout: String, write: @Sendable (String, Tensor) -> Weights)] = [
  ("timm-vit", { name, value in [replacing(authorsName(name, space: 0), ["model.": ""]): value] }),
  (
    "mmaction-vit",
    { name, value in
      let names: KeyValuePairs = [
        "model.": "", "attentions.0.norm": "norms.0", "ffns.0.norm": "norms.1", "attn.qkv.": "attn.in_proj_",
        "attn.proj": "attn.out_proj",
      ]
      return [replacing(name, names): value]
    }
  ),
  (
    "transformers-vit",
    { name, value in
      let foreign = replacing(
        name,
        [
          "model.norm": "vit.layernorm", "model.cls_token": "vit.embeddings.cls_token",
          "model.pos_embed": "vit.embeddings.position_embeddings",
          "model.patch_embed.projection": "vit.embeddings.patch_embeddings.projection",
          "model.transformer_layers.layers": "vit.encoder.layer", "attentions.0.norm": "layernorm_before",
          "attentions.0.attn.proj": "attention.output.dense", "ffns.0.norm": "layernorm_after",
          "ffns.0.layers.0.0": "intermediate.dense", "ffns.0.layers.1": "output.dense",
        ])
      guard foreign.contains("qkv") else { return [foreign: value] }
      return Dictionary(
        uniqueKeysWithValues: zip(["query", "key", "value"], thirds(value)).map {
          (replacing(foreign, ["attentions.0.attn.qkv": "attention.attention.\($0)"]), $1)
        })
    }
  ),
]

extension LayoutCase {
  static func timeSformers() throws -> [LayoutCase] {
    try [SpaceTimeConfiguration.Attention.divided, .joint, .spaceOnly].flatMap { attention in
      try published("timesformer", attention) { try TimeSformer(tinySpaceTime(attention)) }
    } + images(.divided) + images(.joint)
      + images(.spaceOnly) + [autoencoder(.divided, "timesformer") { try TimeSformer($0) }]
  }

  static func viViTs() throws -> [LayoutCase] {
    let configuration = tinySpaceTime(.factorized, tubelet: 2)
    let own = values(of: try ViViT(configuration))
    let torch = renamed(own) { [replacing($0, ["qkv.": "in_proj_", "attn.proj": "attn.out_proj"]): $1] }
    let bare = renamed(torch) { [replacing($0, ["model.": ""]): $1] }
    return try [
      LayoutCase("vivit/vtp", of: { try ViViT(configuration) }, writing: torch) { own[$0] },
      LayoutCase("vivit/vtp", variant: "bare", of: { try ViViT(configuration) }, writing: bare) { own[$0] },
    ] + published("vivit", .divided) { try ViViT(tinySpaceTime(.divided, tubelet: 2)) }
      + SpaceTimeImport.Copy.allCases.flatMap { copy in
        try ShapeFit.Inflation.allCases.flatMap { try tubelets(copy, $0) }
      } + [autoencoder(.divided, "vivit") { try ViViT($0) }, autoencoder(.factorized, "vivit") { try ViViT($0) }]
  }

  /// A network with the blocks of TimeSformer in the layouts of TimeSformers.
  private static func published<Model: VideoBackbone>(
    _ model: String, _ attention: SpaceTimeConfiguration.Attention, _ make: @escaping @Sendable () throws -> Model
  ) throws -> [LayoutCase] {
    let own = values(of: try make())
    let space = attention == .divided ? 1 : 0
    let torch = renamed(own) { [replacing($0, ["qkv.": "in_proj_", "attn.proj": "attn.out_proj"]): $1] }
    let mmaction = renamed(torch) {
      [replacing($0, ["model.": "backbone.", "cls_head.cls_head": "cls_head.fc_cls"]): $1]
    }
    return [
      try LayoutCase("\(model)/none", variant: attention.rawValue, of: make, writing: own) { own[$0] },
      try LayoutCase("\(model)/vtp", variant: attention.rawValue, of: make, writing: torch) { own[$0] },
      // Less the head the layout before it is the same.
      try LayoutCase(
        "\(model)/mmaction-timesformer", variant: attention.rawValue, of: make, found: .some(nil), writing: mmaction
      ) {
        own[$0]
      },
      try LayoutCase(
        "\(model)/timesformer", variant: attention.rawValue, of: make,
        writing: renamed(own) { [authorsName($0, space: space): $1] }
      ) { own[$0] },
      try LayoutCase(
        "\(model)/transformers-timesformer", variant: attention.rawValue, of: make,
        // Without attention along time it is transformers' ViT with one matrix.
        writing: renamed(own) { [transformersName($0, space: space): $1] }
      ) { own[$0] },
    ]
  }

  private static func transformersName(_ name: String, space: Int) -> String {
    let time: KeyValuePairs = [
      "attentions.0.norm": "temporal_layernorm", "attentions.0.attn.qkv": "temporal_attention.attention.qkv",
      "attentions.0.attn.proj": "temporal_attention.output.dense", "attentions.0.temporal_fc": "temporal_dense",
    ]
    let name = replacing(
      name,
      [
        "cls_head.cls_head": "classifier", "model.norm": "timesformer.layernorm",
        "model.cls_token": "timesformer.embeddings.cls_token",
        "model.pos_embed": "timesformer.embeddings.position_embeddings",
        "model.time_embed": "timesformer.embeddings.time_embeddings",
        "model.patch_embed.projection": "timesformer.embeddings.patch_embeddings.projection",
        "model.transformer_layers.layers": "timesformer.encoder.layer",
        "attentions.\(space).norm": "layernorm_before", "attentions.\(space).attn.qkv": "attention.attention.qkv",
        "attentions.\(space).attn.proj": "attention.output.dense", "ffns.0.norm": "layernorm_after",
        "ffns.0.layers.0.0": "intermediate.dense", "ffns.0.layers.1": "output.dense",
      ])
    return space == 1 ? replacing(name, time) : name
  }

  /// A TimeSformer that begins with an image model.
  private static func images(_ attention: SpaceTimeConfiguration.Attention) throws -> [LayoutCase] {
    let make = { @Sendable in try TimeSformer(tinySpaceTime(attention)) }
    let own = values(of: try make())
    return try imageLayouts.map { layout, write in
      // Without time TimeSformer's own layout is timm's.
      let found: String? = attention == .spaceOnly ? nil : layout
      return try LayoutCase(
        "timesformer/\(layout)", variant: attention.rawValue, of: make, found: found,
        writing: renamed(imageWeights(own), write)
      ) { name in
        name.contains("time_embed") || name.contains("temporal_fc")
          ? nil : own[replacing(name, ["attentions.1.": "attentions.0."])]
      }
    }
  }

  /// A ViViT that begins with an image model: filters are inflated, the temporal stack copied.
  private static func tubelets(
    _ copy: SpaceTimeImport.Copy, _ inflation: ShapeFit.Inflation
  ) throws -> [LayoutCase] {
    let own = values(of: try TimeSformer(tinySpaceTime(.joint)))
    var settings = SpaceTimeImport()
    (settings.copy, settings.inflation) = (copy, inflation)
    return try imageLayouts.map { [settings] layout, write in
      try LayoutCase(
        "vivit/\(layout)", variant: "\(copy.rawValue), \(inflation.rawValue)",
        of: { try ViViT(tinySpaceTime(.factorized, tubelet: 2)) }, layouts: { $0.layouts(settings) },
        writing: renamed(imageWeights(own), write)
      ) { name in
        if name.contains("time_embed") { return nil }
        let source = own[replacing(name, ["layers.0.layers": "layers.layers", "layers.1.layers": "layers.layers"])]
        if name.hasSuffix("projection.weight") { return source.map { inflated($0, inflation) } }
        return name.contains("layers.1.layers") && copy != .repeat ? source.map { .zeros($0.shape) } : source
      }
    }
  }

  /// Filters for two frames.
  private static func inflated(_ filters: Tensor, _ inflation: ShapeFit.Inflation) -> Tensor {
    let shape = filters.shape.dimensions
    let frame = filters.reshaped(shape[0], shape[1], 1, shape[2], shape[3])
    return .concatenated(inflation == .average ? [frame * 0.5, frame * 0.5] : [.zeros(frame.shape), frame], axis: 2)
  }

  /// A video transformer that begins with the encoder of a masked autoencoder.
  private static func autoencoder<Model: PublishedModel>(
    _ attention: SpaceTimeConfiguration.Attention, _ model: String,
    _ make: @escaping @Sendable (SpaceTimeConfiguration) throws -> Model
  ) throws -> LayoutCase {
    var sizes = VideoMAEConfiguration.small
    (sizes.dimension, sizes.headCount, sizes.depth, sizes.patchSize, sizes.tubeletSize) = (8, 2, 2, 8, 2)
    (sizes.height, sizes.width, sizes.frameCount) = (16, 16, 4)
    (sizes.decoderDimension, sizes.decoderHeadCount, sizes.decoderDepth) = (4, 2, 1)
    let encoder = try VideoMAE(sizes)
    encoder.parameters.initialize(seed: 5)
    let source = encoder.parameters.values
    return try LayoutCase(
      "\(model)/mae", variant: attention.rawValue, of: { try make(tinySpaceTime(attention, tubelet: 2)) },
      writing: source
    ) { name in
      if ["cls_token", "pos_embed", "time_embed", "temporal_fc"].contains(where: name.contains) { return nil }
      let first = replacing(
        name,
        ["attentions.1.": "attentions.0.", "layers.0.layers": "layers.layers", "layers.1.layers": "layers.layers"])
      let stored = replacing(authorsName(first, space: 0), ["model.": "encoder."])
      guard stored.hasSuffix("qkv.bias") else { return source[stored] }
      let (query, value) = (replacing(stored, ["qkv.bias": "q_bias"]), replacing(stored, ["qkv.bias": "v_bias"]))
      return .concatenated([source[query]!, .zeros([8]), source[value]!], axis: 0)
    }
  }
}
