internal import SluiceFlow
internal import SluiceModels
internal import SluiceSamples
internal import SluiceWords

extension VideoTextRecipe {
  /// - Parameter isTuning: whether of the towers, of whose input nothing is hidden.
  static func settings(isTuning: Bool) -> [Setting<Self>] {
    let optimizer = OptimizerRecipe.settings.filter { isTuning || $0.name != "optimize.layerDecay" }
    let stages =
      optimizer.map { $0.inside(\Self.optimizer) } + FrameRecipe.settings.map { $0.inside(\.frames) }
      + ClipRecipe.settings(isEvaluated: isTuning).map { $0.inside(\.clips) }
    return (isTuning ? [] : hiding) + comparing + texts + stages
  }

  /// What is hidden and predicted in pre-training.
  private static var hiding: [Setting<Self>] {
    let losses = Setting<Self>("recipe.losses", read: { $0.losses.list }) { recipe, text in
      guard let losses = VideoTextLosses(list: text) else {
        throw SettingError("“\(text)” is none of \(VideoTextLosses.all.list), nor some of them with commas between")
      }
      recipe.losses = losses
    }
    return [
      losses, Setting("recipe.maskRatio", \.maskRatio, in: 0...1), Setting("recipe.textRatio", \.textRatio, in: 0...1),
      Setting("recipe.exactTextRatio", \.hidesExactShare),
      Setting("recipe.vtmNegatives", \.negatives)
        .applying(when: "recipe.losses has vtm") { $0.losses.contains(.vtm) },
    ]
  }

  /// With whom a pair is compared.
  private static var comparing: [Setting<Self>] {
    [
      Setting("recipe.deviceBatch", \.deviceBatch, in: 2...65_536, none: "batch")
        .applying(when: "recipe.losses has vtc") { $0.losses.contains(.vtc) },
      Setting("recipe.vtcGather", \.gathering)
        .applying(when: "recipe.losses has vtc") { $0.losses.contains(.vtc) }
        .applying(when: "recipe.deviceBatch is set") { $0.deviceBatch != nil },
    ]
  }

  /// What is read of a pair.
  private static var texts: [Setting<Self>] {
    [
      Setting("recipe.captionSampling", \.captions),
      Setting("recipe.maxTextLength", \.maximumTextLength, in: 2...65_536),
      Setting("recipe.textPadding", \.textPadding), Setting("recipe.share", \.share, in: 1e-9...1),
    ]
  }
}

extension VideoTextLosses {
  private static let names: [(name: String, loss: VideoTextLosses)] = [
    ("video", .video), ("text", .text), ("vtc", .vtc), ("vtm", .vtm),
  ]

  /// The losses as a setting has them: `video,text,vtc,vtm`.
  var list: String { Self.names.filter { contains($0.loss) }.map(\.name).joined(separator: ",") }

  /// Reads one or more of `video`, `text`, `vtc` and `vtm` with commas or blanks between them; `nil` for anything else.
  init?(list text: String) {
    let words = text.split { $0 == "," || $0 == " " }
    let losses = words.compactMap { word in Self.names.first { $0.name == word }?.loss }
    guard !words.isEmpty, losses.count == words.count, Set(words).count == words.count else { return nil }
    self.init(losses)
  }
}
