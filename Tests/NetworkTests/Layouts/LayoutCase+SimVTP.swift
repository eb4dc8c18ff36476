import SluiceCheckpoints
import SluiceModels
import SluiceNN
import SluiceTensor

extension LayoutCase {
  static func simVTPs() throws -> [LayoutCase] {
    let configuration = SimVTPConfiguration(video: tinyVideoMAE(), vocabularySize: 11, textPositions: 6)
    let whole = { @Sendable in try SimVTP(configuration) }
    let own = numbered(try whole().parameters)
    // A buffer that some of its files hold.
    let published = own.merging(["text_embeddings.position_ids": .zeros([1, 6])]) { $1 }
    let videos = own.filter { !$0.key.hasPrefix("text_") && !$0.key.hasPrefix("vtm_head.") }
    return try [
      LayoutCase("simvtp/simvtp-pretrain", of: whole, head: "decoder.head.*", found: "none", writing: published) {
        own[$0]
      },
      LayoutCase("simvtp/videomae-pretrain", of: whole, head: "decoder.head.*", writing: videos) { videos[$0] },
      LayoutCase(
        "simvtp/transformers-videomae", of: whole, head: "decoder.head.*", writing: transformersPretraining(videos)
      ) { videos[$0] },
    ] + berts(of: whole, own) + towers(configuration, published)
  }

  /// BERT as it has been published: as a part of what it was pre-trained with or by itself, norms under names of two times.
  private static func berts(of make: @escaping @Sendable () throws -> SimVTP, _ own: Weights) throws -> [LayoutCase] {
    let texts = own.filter { $0.key.hasPrefix("text_embeddings.") }
    func bert(_ prefix: String, norm: KeyValuePairs<String, String>) -> Weights {
      var foreign = renamed(texts) { name, value in
        [prefix + replacing(replacing(name, ["text_embeddings.": "embeddings."]), norm): value]
      }
      // What else is in such a file is no part of the embeddings.
      foreign[prefix + "encoder.layer.0.attention.self.query.weight"] = numbers("query", [8, 8])
      foreign[prefix + "encoder.layer.0.output.LayerNorm.weight"] = numbers("norm", [8])
      foreign["cls.predictions.bias"] = numbers("bias", [11])
      return foreign
    }
    let old: KeyValuePairs = ["LayerNorm.weight": "LayerNorm.gamma", "LayerNorm.bias": "LayerNorm.beta"]
    let later = bert("bert.", norm: [:]).merging(["bert.embeddings.position_ids": .zeros([1, 6])]) { $1 }
    return try [
      ("gamma and beta", bert("bert.", norm: old)), ("weight and bias", later), ("bare", bert("", norm: [:])),
    ].map { variant, foreign in
      try LayoutCase("simvtp/bert", variant: variant, of: make, head: "decoder.head.*", writing: foreign) { texts[$0] }
    }
  }

  /// The two towers, from one encoder and from a file of their own.
  private static func towers(_ configuration: SimVTPConfiguration, _ pretrained: Weights) throws -> [LayoutCase] {
    let towers = { @Sendable in try SimVTPTowers(configuration) }
    let own = numbered(try towers().parameters)
    let tuned = own.merging(["text_encoder.text_embeddings.position_ids": .zeros([1, 6])]) { $1 }
    return try [
      LayoutCase("simvtp-finetune/simvtp", of: towers, writing: pretrained) { name in
        // Each tower has what the other has; features are normalized behind the mean, anew.
        let part = replacing(name, ["video_encoder.": "", "text_encoder.": ""])
        return part.hasPrefix("fc_norm.") ? nil : pretrained["encoder." + part] ?? pretrained[part]
      },
      LayoutCase("simvtp-finetune/simvtp-finetuned", of: towers, found: "none", writing: tuned) { own[$0] },
    ]
  }

  /// Parameters with numbers of their own.
  private static func numbered(_ store: ParameterStore) -> Weights {
    Dictionary(uniqueKeysWithValues: store.declarations.map { ($0.name, numbers($0.name, $0.shape)) })
  }
}
