internal import SluiceFlow
internal import SluiceMask
internal import SluiceNN
internal import SluiceSample
internal import SluiceTokenize

/// What `--set recipe.…` decides of MaskFeat's pre-training.
struct MaskFeatRecipe: SettingGroup {
  static let group = "recipe"

  /// The recipes there are.
  enum Preset: String, CaseIterable {
    /// VideoTransformer-pytorch's: cubes, scikit-image's HOG, two frames a token.
    case vtp
    /// The authors': MViTv2-S, blocks in time and space, Sobel HOG, one frame a token.
    case official
    /// That of `sluice demo`: every token hidden with the same chance, scikit-image's HOG of one frame a token.
    case demo
  }

  /// How gradients of HOG are taken.
  enum Gradients: String, CaseIterable {
    case skimage
    case sobel

    var target: HOGTarget.Operator { self == .skimage ? .central : .sobel }
  }

  /// What is hidden.
  enum Mask: String, CaseIterable {
    /// A few runs of time steps that share a plane of blocks.
    case cube
    /// Boxes in time and space, two fifths of the volume.
    case block3d
    /// The same random places in all time steps.
    case tube
    /// Random tokens.
    case random
  }

  var preset: Preset
  var hog = Gradients.skimage
  var mask = Mask.cube
  /// Share of what the mask hides: of the time steps and places of cubes, else of the tokens.
  var maskRatio = 0.4
  /// Which frames have targets, where there are no cubes.
  var frames = HOGTarget.Frames.firstOfSteps
  /// Distance between the frames of a clip.
  var frameStride = 4
  /// The rate after warm-up for batches of 256 clips.
  var learningRate = 8e-4
  var course = FineTuningRecipe.Course.cosine
  var warmup: Warmup = 5
  var minimumRate = 0.0
  var clip = Clipping.none
  var spacing = DenseFrames.Spacing.dense
  var clips = ClipRecipe(minimumScale: 0.5)

  /// The preset that `request` names, with its other fields set; the demo's network comes with the demo's recipe.
  /// - Throws: ``RunError`` for a setting that is not there or makes no sense.
  init(_ request: RunRequest) throws(RunError) {
    let usual: Preset = request.settings["model.preset"] == MViTSettings.Preset.demo.rawValue ? .demo : .vtp
    preset = try chosen(request.settings["recipe.preset"], or: usual, option: "--set recipe.preset")
    switch preset {
    case .vtp: break
    case .official:
      (hog, mask, spacing) = (.sobel, .block3d, .offset)
      (course, warmup, minimumRate) = (.fractionalCosine, 10, 1e-6)
      (clip, clips.filter) = (.global(0.02), .bilinear)
    case .demo:
      (mask, maskRatio, frames, frameStride) = (.random, 0.6, .lastOfSteps, 3)
      (learningRate, course, warmup, clip) = (0.064, .cosineSteps, .fraction(0.1), .global(1))
      clips = .demo
    }
    try take(request.settings)
  }

  static var settings: [Setting<Self>] {
    [
      Setting("preset", \.preset), Setting("hog", \.hog), Setting("mask", \.mask),
      Setting("maskRatio", \.maskRatio, in: 0...1), Setting("frames", \.frames),
      Setting("learningRate", \.learningRate, in: 0...1e3), Setting("course", \.course),
    ] + ClipRecipe.settings.map { $0.inside(\.clips) }
  }

  /// The targets of HOG: of the centres of cubes where there are cubes, else of each time step.
  /// - Parameter patchSize: pixels of a token's side, a multiple of the 8 of a cell.
  func hogTarget(patchSize: Int) -> HOGTarget {
    HOGTarget(hog.target, frames: mask == .cube ? .centersOfCubes : frames, patchSize: patchSize)
  }

  /// The optimiser for `clipCount` clips an update.
  func optimizer(clipCount: Int) -> OptimizerConfiguration {
    let peak = learningRate * Double(clipCount) / 256
    return .adamW(
      course.schedule(peak: peak, warmup: warmup, minimum: minimumRate), weightDecay: 0.05, clip: clip)
  }
}
