internal import SluiceAugment
package import SluiceDecode
package import SluiceFlow
package import SluiceModels
package import SluiceSamples
internal import SluiceTensor
package import SluiceTraining

/// A system that compares the frames of videos with texts, whichever these are: `sluice predict --names` and `sluice show
/// saliency`.
protocol SaliencyShowing: TrainingSystem {
  /// What it compares frames and texts by.
  var frameComparison: FrameComparison { get }
}

/// What compares the frames of videos with texts.
package struct FrameComparison: Sendable {
  /// The towers of images and texts.
  package let clip: CLIP
  /// What compares features of frames with those of texts.
  package let head: VideoHead
  /// Which frames are read of a video, and how.
  package let recipe: BIKEClipRecipe
  /// The sentences about the classes that it was trained on.
  package let prompts: ClassPrompts
  /// Makes the sentences about other names.
  package let sentences: @Sendable (_ names: [String]) throws -> ClassPrompts

  /// - Parameter sentences: throws for a name whose sentence is longer than the tower of texts reads.
  package init(
    _ clip: CLIP, _ head: VideoHead, _ recipe: BIKEClipRecipe, prompts: ClassPrompts,
    sentences: @escaping @Sendable (_ names: [String]) throws -> ClassPrompts
  ) {
    (self.clip, self.head, self.recipe) = (clip, head, recipe)
    (self.prompts, self.sentences) = (prompts, sentences)
  }

  /// Sentences that are in the tower of texts at once.
  private static let sentencesAtOnce = 32

  /// Whether frames count by themselves: not where their mean is compared, or the tower reads all frames of a clip together.
  package var weighsFrames: Bool {
    head.configuration.interaction == .vcs && clip.configuration.jointFrames == nil
  }

  /// The features of sentences.
  package func texts(of prompts: ClassPrompts) throws -> CLIPTexts {
    let parts = try withoutGradients { () throws -> [CLIPTexts] in
      try stride(from: 0, to: prompts.count, by: Self.sentencesAtOnce).map { start in
        let labels = Array(start..<min(start + Self.sentencesAtOnce, prompts.count))
        return try clip.textFeatures(of: prompts.ids(of: labels), count: labels.count)
      }
    }
    return .joined(parts)
  }

  /// The features of the frames of a clip, a window after the other, `[T, D]` each.
  /// - Parameter values: `[3, windows · T, H, W]`, normalized.
  func frameFeatures(of values: Tensor, windows: Int) throws -> [Tensor] {
    let count = values.shape[1] / windows
    return try (0..<windows).map { window in
      let frames = values.slice(window * count..<(window + 1) * count, axis: 1)
      return try clip.imageFeatures(of: frames.permuted(1, 0, 2, 3))
    }
  }

  /// Compares each clip with texts; nothing is drawn at random.
  /// - Parameters:
  ///   - count: texts, the likeliest, of which frames are weighed.
  ///   - keepsPixels: whether frames are kept to be looked at, of the middle of the clip.
  package func compared(
    _ clips: Clips, with texts: CLIPTexts, views: EvaluationViews = EvaluationViews(), weighing count: Int,
    keepsPixels: Bool = false
  ) -> Pipeline<ComparedClip> {
    let compare = CompareFrames(comparison: self, texts: texts, windows: views.windows, weighedCount: count)
    let crops = keepsPixels ? middle : recipe.views(views.crops, geometry: .published)
    return Pipeline("compare") {
      clips
      recipe.sampling(training: false, windows: views.windows, geometry: .published)
      Fork {
        Segment {
          Decode().workers(2)
          crops
        }
      } join: { (selection: FrameSelection, crops: [Clip]) -> SeenFrames in
        let first = selection.handle.range.lowerBound
        return SeenFrames(numbers: selection.indices.map { first + $0 }, crops: crops)
      }
      compare
    }
  }

  /// The middle of each frame, with its 8-bit crop.
  private var middle: Segment<DecodedClip, [Clip]> {
    let augment = recipe.augment(training: false, geometry: .published, keepsPixels: true)
    return Segment {
      augment.workers(2)
        .map { [$0] }
    }
  }
}
