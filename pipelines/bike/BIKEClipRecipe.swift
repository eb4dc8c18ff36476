public import SluiceAugment
public import SluiceFlow
public import SluiceTraining

/// Which frames BIKE takes of a video, and how they become what CLIP's tower of images reads.
///
/// ```swift
/// let recipe = BIKEClipRecipe(frameCount: 8, imageSize: 224)
/// let training = Pipeline("frames") {
///   clips.shuffled()
///   recipe.sampling(training: true)
///   Decode().workers(2)
///   recipe.augment(training: true).workers(2)
///   SingleLabel(classCount: 400)
/// }
/// ```
/// Frames are resized as Pillow resizes images, and normalized by CLIP's statistics.
/// - Source: Wu et al., "Bidirectional cross-modal knowledge exploration for video recognition with pre-trained
///   vision-language models", CVPR 2023, and its released code.
public struct BIKEClipRecipe: Sendable, Equatable {
  /// What data needs besides what all data has.
  public enum Dataset: String, Sendable, CaseIterable {
    /// Nothing: Kinetics, ActivityNet, UCF-101, HMDB-51.
    case plain
    /// Something-Something: frames become 256×320 pixels, whatever they were (240×320 in tests), colors stay, and a mirror
    /// image changes the classes that differ in left and right.
    case something
    /// Charades: clips of training are intervals, with a frame of each of their equal parts.
    case charades
  }

  /// Frames of a clip.
  public var frameCount: Int
  /// Height and width of a clip, pixels.
  public var imageSize: Int
  public var dataset: Dataset = .plain
  /// Whether frames are of a window of 128 frames, and not of the whole video.
  public var isDense: Bool = false
  /// Whether training draws a frame of each part of the video, and does not take the first.
  public var randomShift: Bool = true
  /// The least share of the frame that a box of training takes.
  public var minimumScale: Double = 0.08
  /// Share of the clips of training that are mirrored; 0 where left and right are classes.
  public var flip: Double = 0.5
  /// Share of the clips of training without color.
  public var gray: Double = 0.2
  /// How decoded planes become a resized crop.
  public var path: PixelPath = .exact

  /// The published recipe for clips of `frameCount` frames of `imageSize` pixels on a side.
  public init(frameCount: Int, imageSize: Int) {
    (self.frameCount, self.imageSize) = (frameCount, imageSize)
  }

  /// Frames of a window where frames are dense.
  static let windowLength: Int = 128

  /// The short side that frames are resized to before anything is cut out of them.
  var shortSide: Int { imageSize == 224 ? 256 : imageSize }

  /// Checked before anything begins.
  /// - Throws: ``RunError`` if crops do not fit into the frames.
  public func check() throws(RunError) {
    let (height, width) = (240, 320)
    guard dataset == .something, imageSize > height else { return }
    throw RunError(
      .configuration,
      "recipe.dataset=something: frames become \(height)×\(width) pixels in tests, and crops of \(imageSize)×\(imageSize) do "
        + "not fit into them. Take a network for images of at most \(height) pixels, or recipe.dataset=plain.")
  }
}

extension BIKEClipRecipe: Configurable {
  public static var settings: [Setting<Self>] {
    [
      Setting("recipe.dataset", \.dataset), Setting("recipe.dense", \.isDense),
      Setting("recipe.randomShift", \.randomShift).applying(when: "recipe.dense is false") { !$0.isDense },
      Setting("recipe.minimumScale", \.minimumScale, in: 1e-3...1), Setting("recipe.flip", \.flip, in: 0...1),
      Setting("recipe.gray", \.gray, in: 0...1)
        .applying(when: "recipe.dataset is not something") { $0.dataset != .something },
      Setting("augment.path", \.path),
    ]
  }
}
