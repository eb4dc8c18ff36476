internal import SluiceAugment
internal import SluiceFlow
internal import SluiceTraining

extension BEVTTraining: ViewedSystem {
  static func viewRecipe(_ configuration: BEVTConfiguration<Declaration>) throws(RunError) -> ViewRecipe {
    try configuration.viewRecipe(ofImages: !Declaration.hasClips)
  }
}

extension BEVTConfiguration {
  /// The views of one stream: those of images are the same whether clips are beside them or not.
  func viewRecipe(ofImages: Bool) throws(RunError) -> ViewRecipe {
    var names = ["model.imageSize", "recipe.flip", "augment.path"]
    if !ofImages { names += ["model.frameCount", "denseFrames.stride", "denseFrames.spacing"] }
    // Stages decide how large cells are.
    let decisive = names + ["model.depths"]
    var plain = recipe
    plain.jitter = 0
    return try ViewRecipe(
      of: ofImages ? BEVTImageDeclaration.name : Declaration.name, frames: recipe.frames(ofImages: ofImages),
      augment: plain.augment(size: network.imageSize, isImage: ofImages, seed: 0), resampling: .bicubic,
      size: (ofImages ? 1 : network.frameCount, network.imageSize, network.cell), decisive: decisive,
      settings: effectiveValues(of: names))
  }

  /// - Throws: ``RunError`` if colors of images change, of which stored tokens know nothing.
  func requireStoredColors() throws(RunError) {
    guard recipe.jitter > 0 else { return }
    throw RunError(
      .configuration,
      "recipe.jitter=\(recipe.jitter): stored tokens are of images with the colors that they have. Take "
        + "--set recipe.jitter=0, or name an encoder by --tokenizer.")
  }
}

extension MaskedPretraining: ViewedSystem {
  static func viewRecipe(_ configuration: MaskedConfiguration<Declaration>) throws(RunError) -> ViewRecipe {
    let (recipe, network) = (configuration.recipe, configuration.network)
    guard recipe.clips.cropping != .resizedTwice else {
      throw RunError(
        .configuration,
        "recipe.cropping=resizedTwice: a stored view is resized once. Take resized, random or multiScale, or name an "
          + "encoder by --tokenizer.")
    }
    var clips = recipe.clips
    (clips.colors, clips.erasing) = (.none, 0)
    let names = [
      "model.frameCount", "model.imageSize", "denseFrames.stride", "denseFrames.spacing", "recipe.cropping",
      "recipe.minimumScale", "recipe.shortSide", "recipe.resampling", "recipe.flip", "augment.path",
    ]
    let sizes = Declaration.Network.settings.map { "model.\($0.name)" }.filter { $0 == "model.patchSize" }
    return try ViewRecipe(
      of: Declaration.name, frames: recipe.frames,
      augment: clips.augment(clips.operations(size: network.imageSize), keepsPixels: true),
      resampling: clips.resampling, size: (network.frameCount, network.imageSize, network.tokenSize.height),
      decisive: names + sizes, settings: configuration.effectiveValues(of: names))
  }
}

extension MaskedConfiguration {
  /// - Throws: ``RunError`` if colors change, of which stored tokens know nothing.
  func requireStoredColors() throws(RunError) {
    let colors = recipe.clips.colors
    guard colors != .none else { return }
    throw RunError(
      .configuration,
      "recipe.colors=\(colors.rawValue): stored tokens are of clips with the colors that they have. Take "
        + "--set recipe.colors=none, or name an encoder by --tokenizer.")
  }
}

extension SystemConfiguration {
  /// The values of settings that have an effect.
  fileprivate func effectiveValues(of names: [String]) -> [String: String] {
    let settings = Self.settings.filter { names.contains($0.name) && $0.unmetCondition(in: self) == nil }
    return Dictionary(settings.map { ($0.name, $0.read(self)) }, uniquingKeysWith: { first, _ in first })
  }
}
