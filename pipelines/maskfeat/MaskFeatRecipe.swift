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
  /// The rate after warm-up for batches of 256 clips.
  var learningRate = 8e-4
  var course = FineTuningRecipe.Course.cosine
  var warmup: Warmup = 5
  var minimumRate = 0.0
  var clip = Clipping.none
  var spacing = DenseFrames.Spacing.dense
  var clips = ClipRecipe(minimumScale: 0.5)

  /// The preset that `request` names, with its other fields set.
  /// - Throws: ``RunError`` for a setting that is not there or makes no sense.
  init(_ request: RunRequest) throws(RunError) {
    preset = try chosen(request.settings["recipe.preset"], or: .vtp, option: "--set recipe.preset")
    if preset == .official {
      (hog, mask, spacing) = (.sobel, .block3d, .offset)
      (course, warmup, minimumRate) = (.fractionalCosine, 10, 1e-6)
      (clip, clips.filter) = (.global(0.02), .bilinear)
    }
    try take(request.settings)
  }

  static var settings: [Setting<Self>] {
    [
      Setting("preset", \.preset), Setting("hog", \.hog), Setting("mask", \.mask),
      Setting("learningRate", \.learningRate, in: 0...1e3), Setting("course", \.course),
    ] + ClipRecipe.settings.map { $0.inside(\.clips) }
  }

  /// The targets of HOG: of the centres of cubes where there are cubes, else of each time step.
  var hogTarget: HOGTarget {
    HOGTarget(hog.target, frames: mask == .cube ? .centersOfCubes : .firstOfSteps)
  }

  /// The optimiser for `clipCount` clips an update.
  func optimizer(clipCount: Int) -> OptimizerConfiguration {
    let peak = learningRate * Double(clipCount) / 256
    return .adamW(
      course.schedule(peak: peak, warmup: warmup, minimum: minimumRate), weightDecay: 0.05, clip: clip)
  }
}
