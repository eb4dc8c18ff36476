import SluiceCheckpoints
import SluiceModels
import SluiceNN
import SluiceTensor
import TestSupport
import Testing

/// The formula `splitmix64-c`: a number in −1 ..< 1 for an index, the number of a tensor and a salt.
private func formulaValue(_ index: Int, _ ordinal: Int, salt: Int) -> Double {
  var word = UInt64(index) ^ (UInt64(salt) << 56) ^ (UInt64(ordinal) << 40)
  word &+= 0x9E37_79B9_7F4A_7C15
  word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
  word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
  word ^= word >> 31
  return 2 * (Double(word >> 11) * 0x1p-53) - 1
}

extension ParameterStore {
  /// Gives every parameter the formula's numbers; its index in the checkpoint's order, from `offset` on, is its ordinal.
  fileprivate func fillByFormula(from offset: Int, salt: Int) {
    for (index, parameter) in parameters.enumerated() {
      let (shape, name) = (parameter.shape.dimensions, parameter.name)
      let parts = name.split(separator: ".").suffix(2)
      let isScale = parts.count == 2 && parts.first?.hasPrefix("ln_") == true && parts.last == "weight"
      let isProjection = name == "visual.proj" || name == "text_projection"
      let inputs = isProjection ? shape[0] : shape.dropFirst().reduce(1, *)
      let spread = (3 / Double(inputs)).squareRoot()
      parameter.update { elements in
        for element in elements.indices {
          let x = formulaValue(element, offset + index, salt: salt)
          let value =
            name == "logit_scale"
            ? 3
            : shape.count == 1 ? (isScale ? 1 + 0.1 * x : 0.1 * x) : name.contains("embedding") ? 0.1 * x : x * spread
          elements[element] = Float(value)
        }
      }
    }
  }
}

/// CLIP B/32 with BIKE's heads at their published size, with weights of a formula; part of the long tier.
@Suite(.enabled(if: isLongTier), .serialized)
struct FullSizeBIKETests {
  @Test func towersAndHeadsMatchTheReference() throws {
    try Golden.each("bike.full_vit_b32") { file, check in
      let config = file.config
      let salt = try #require(config["salt"].int)
      func offset(_ key: String) throws -> Int { try #require(config["\(key)_ordinal_offset"].int, "\(key)") }
      let arch = try #require(config["arch"].string)
      let clip = try CLIP(#require(CLIPConfiguration.named(arch)))
      let (clipOffset, headOffset) = (try offset("clip"), try offset("head"))
      clip.parameters.fillByFormula(from: clipOffset, salt: salt)
      try checkValues(of: clip.parameters, offset: clipOffset, check)

      try withoutGradients {
        let (videos, frames) = (try #require(config["videos"].int), try #require(config["frames"].int))
        let images = try images(file, check, count: videos * frames)
        let features = try clip.imageFeatures(of: images)
        try check.tensor("output.image_features", features)
        let ids = try file.ints("input.tokens").map { Int32($0) }
        let texts = try clip.textFeatures(of: ids, count: file.shape("input.tokens")[0])
        try check.tensor("output.text_cls", texts.sentences)
        let length = texts.tokens.shape[1]
        try checkTokens(texts.tokens, "first", 0, file, check)
        if check.wants("output.text_tokens_last") {
          try checkTokens(
            texts.tokens, "last", length - (try file.shape("output.text_tokens_last")[1]), file, check)
        }
        let clips = features.reshaped(videos, frames, features.shape[1])
        try checkHeads(clips, texts, headOffset, file, check)
        try checkSentences(clip, texts, file, check)
      }
    }
  }

  /// Compares the first values of some parameters.
  private func checkValues(of store: ParameterStore, offset: Int, _ check: GoldenChecker) throws {
    for parameter in store.parameters where check.wants("output.check.\(offset).\(parameter.name)") {
      try check("output.check.\(offset).\(parameter.name)", Array(parameter.value.floats.prefix(8)))
    }
  }

  private func images(_ file: GoldenFile, _ check: GoldenChecker, count: Int) throws -> Tensor {
    let (size, ordinal) = (try #require(file.config["image_size"].int), try #require(file.config["image_ordinal"].int))
    let (scale, salt) = (try #require(file.config["image_scale"].double), try #require(file.config["salt"].int))
    let images = Tensor([count, 3, size, size]) { elements in
      for index in elements.indices { elements[index] = Float(scale * formulaValue(index, ordinal, salt: salt)) }
    }
    try check("output.check.image", Array(images.floats.prefix(8)))
    return images
  }

  /// Compares some positions of each text.
  private func checkTokens(
    _ tokens: Tensor, _ name: String, _ start: Int, _ file: GoldenFile, _ check: GoldenChecker
  ) throws {
    let key = "output.text_tokens_\(name)"
    guard check.wants(key) else { return }
    let count = try file.shape(key)[1]
    try check.tensor(key, tokens.slice(start..<start + count, axis: 1))
  }

  private func checkHeads(
    _ clips: Tensor, _ texts: CLIPTexts, _ offset: Int, _ file: GoldenFile, _ check: GoldenChecker
  ) throws {
    for (name, words) in try #require(file.config["logit_cases"].object) {
      var shape = VideoHeadConfiguration(
        width: clips.shape[2], frameLimit: texts.tokens.shape[1], depth: try #require(file.config["layers"].int),
        temporal: try #require(TemporalModule(rawValue: words[0].string ?? "")),
        interaction: try #require(Interaction(rawValue: words[1].string ?? "")))
      shape.epsilon = Float(try #require(file.config["ln_eps"].double))
      shape.temperature = Float(try #require(file.config["vcs_temperature"].double))
      let head = try VideoHead(shape)
      head.parameters.fillByFormula(from: offset, salt: try #require(file.config["salt"].int))
      try check.tensor("output.logits.\(name)", try head.scores(of: clips, texts))
      guard shape.temporal == .transf else { continue }
      try checkValues(of: head.parameters, offset: offset, check)
      try check.tensor("output.aggregated", head.aggregated(clips, .evaluation))
    }
  }

  private func checkSentences(
    _ clip: CLIP, _ prompts: CLIPTexts, _ file: GoldenFile, _ check: GoldenChecker
  ) throws {
    let ids = try file.ints("input.sentence_tokens").map { Int32($0) }
    let sentences = try clip.textFeatures(of: ids, count: file.shape("input.sentence_tokens")[0]).sentences
    try check.tensor("output.sentence_cls", sentences)
    let head = SentenceHead(width: sentences.shape[1])
    let offset = try #require(file.config["sentence_ordinal_offset"].int)
    head.parameters.fillByFormula(from: offset, salt: try #require(file.config["salt"].int))
    try checkValues(of: head.parameters, offset: offset, check)
    try check.tensor("output.sentence_logits", try head.scores(of: sentences, prompts: prompts.sentences))
  }
}
