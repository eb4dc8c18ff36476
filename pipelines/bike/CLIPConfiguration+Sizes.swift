internal import SluiceModels

extension CLIPConfiguration {
  /// The towers' sizes as a run keeps them: `image 224/32 768x12x12, text 77/49408 512x12x8, features 512`.
  ///
  /// Of both towers width, blocks and heads; before them the pixels of an image and of a patch on a side, and the positions of
  /// a text and the words there are.
  var sizes: String {
    let vision = "image \(imageSize)/\(patchSize) \(visionWidth)x\(visionLayers)x\(visionHeads)"
    let text = "text \(contextLength)/\(vocabularySize) \(textWidth)x\(textLayers)x\(textHeads)"
    return "\(vision), \(text), features \(embedding)"
  }

  /// Reads what ``sizes`` writes; `nil` for anything else.
  init?(sizes text: String) {
    let numbers = text.split { !$0.isNumber }.compactMap { Int($0) }
    guard numbers.count == 11, let published = CLIPConfiguration.named("ViT-B/32") else { return nil }
    self = published
    (imageSize, patchSize) = (numbers[0], numbers[1])
    (visionWidth, visionLayers, visionHeads) = (numbers[2], numbers[3], numbers[4])
    (contextLength, vocabularySize) = (numbers[5], numbers[6])
    (textWidth, textLayers, textHeads) = (numbers[7], numbers[8], numbers[9])
    embedding = numbers[10]
    guard sizes == text else { return nil }
  }
}
