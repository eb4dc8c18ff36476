internal import SluiceAugment
package import SluiceDecode
package import SluiceFlow
package import SluiceModels
internal import SluiceSamples
internal import SluiceTensor
package import SluiceTraining

/// Compares the frames of videos with texts, whichever these are.
package struct FrameComparison: Sendable {
  /// How clips and texts are made.
  let videos: VideoTextClassifier
  let network: any SaliencyShowing

  /// `nil` if the network does not say how much frames count.
  package init?(_ videos: VideoTextClassifier) {
    guard let network = videos.network as? any SaliencyShowing else { return nil }
    (self.videos, self.network) = (videos, network)
  }

  /// Compares each clip with texts; nothing is drawn at random.
  /// - Parameters:
  ///   - count: texts, the likeliest, for which frames are weighed.
  ///   - keepsPixels: whether frames are kept to be looked at; of each the middle is read then, whatever `views` has.
  package func compared(
    _ clips: Clips, with texts: CLIPTexts, views: EvaluationViews = EvaluationViews(), weighing count: Int,
    keepsPixels: Bool = false
  ) -> Pipeline<ComparedClip> {
    let recipe = videos.recipe
    let compare = CompareFrames(network: network, texts: texts, windows: views.windows, weighedCount: count)
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
    let augment = videos.recipe.augment(training: false, geometry: .published, keepsPixels: true)
    return Segment {
      augment.workers(2)
        .map { [$0] }
    }
  }
}
