public import SluiceAugment
public import SluiceFlow
internal import SluiceSample
public import SluiceSamples
public import SluiceTraining

// The stages of a pipeline
extension BIKEClipRecipe {
  /// Chooses the frames.
  ///
  /// - Parameters:
  ///   - training: whether frames are drawn anew in each epoch.
  ///   - windows: clips of one video; their frames are asked for one clip after the other. One in training.
  ///   - geometry: whether a video is seen as between epochs or as in the published tests. Only dense frames differ: between
  ///     epochs their window is drawn, too.
  public func sampling(
    training: Bool, windows: Int = 1, geometry: EvaluationViews.Geometry = .asTrained
  ) -> Segment<ClipHandle, FrameSelection> {
    if isDense {
      let isDrawn = training || geometry == .asTrained
      return Segment {
        SpanFrames(
          count: frameCount, length: Self.windowLength, window: isDrawn ? .random : .spread, windows: windows)
      }
    }
    guard training, randomShift else {
      return Segment { TickFrames(count: frameCount, position: .steady, windows: windows) }
    }
    if dataset == .charades { return Segment { TickFrames(count: frameCount, windows: windows) } }
    return Segment { SegmentFrames(count: frameCount, bounds: .shared, windows: windows) }
  }

  /// One clip of the decoded frames: with everything drawn in training, else the middle of them.
  ///
  /// - Parameters:
  ///   - geometry: whether frames are resized as between epochs or as in the published tests.
  ///   - keepsPixels: whether clips carry their 8-bit crops: for images of them.
  public func augment(
    training: Bool, geometry: EvaluationViews.Geometry = .asTrained, keepsPixels: Bool = false
  ) -> Augment {
    var augment = self.augment(
      training ? operations : [resize(training: false, geometry), .centerCrop(imageSize)], keepsPixels: keepsPixels)
    if training, dataset == .something { augment.labelExchange = .somethingSomething }
    return augment
  }

  /// The crops of the decoded frames, in the order in which their scores are averaged: of each all clips of the video.
  ///
  /// - Parameter geometry: whether frames are resized as between epochs or as in the published tests.
  public func views(
    _ crops: EvaluationViews.Crops, geometry: EvaluationViews.Geometry = .asTrained
  ) -> Segment<DecodedClip, [Clip]> {
    guard crops != .center else {
      let middle = augment(training: false, geometry: geometry)
      return Segment {
        middle.workers(2)
          .map { [$0] }
      }
    }
    return Segment { self.crops(crops, geometry).workers(2) }
  }

  /// The stage that cuts several crops out of the same frames.
  package func crops(_ crops: EvaluationViews.Crops, _ geometry: EvaluationViews.Geometry) -> AugmentViews {
    AugmentViews(
      augment([resize(training: false, geometry)], keepsPixels: false), crops.operations(size: imageSize))
  }

  /// What is done to each clip of training.
  private var operations: [AugmentOperation] {
    var operations: [AugmentOperation] = [
      resize(training: true, .asTrained),
      .resizedCrop(imageSize, scale: minimumScale...1, resampling: .pillowBilinear, draws: .exchanging),
    ]
    if flip > 0 { operations.append(.flip(probability: flip)) }
    if gray > 0, dataset != .something { operations.append(.gray(probability: gray)) }
    return operations
  }

  /// What is done to the whole frame before anything is cut out of it.
  private func resize(training: Bool, _ geometry: EvaluationViews.Geometry) -> AugmentOperation {
    guard dataset == .something else { return .shortSide(shortSide, resampling: .pillowBicubic) }
    let isTest = !training && geometry == .published
    return .resized(width: 320, height: isTest ? 240 : 256, resampling: .pillowBicubic)
  }

  private func augment(_ operations: [AugmentOperation], keepsPixels: Bool) -> Augment {
    var augment = Augment(normalization: .clip, path: path, keepsPixels: keepsPixels)
    augment.operations = operations
    return augment
  }
}
