public import SluiceFlow
public import SluiceSample
internal import SluiceSamples

/// Which frames of a video make a clip.
public struct FrameRecipe: Sendable, Equatable {
  /// What is taken.
  public enum Choice: String, Sendable, CaseIterable {
    /// Evenly spaced frames of a window.
    case dense
    /// One frame of each of as many equal parts of the whole video.
    case segments
    /// A single one, repeated: what can be learned without motion.
    case still
  }

  public var choice: Choice = .dense
  /// Distance between the frames of a clip.
  public var stride: Int
  public var spacing: DenseFrames.Spacing = .dense
  /// Where parts of the whole video end and begin.
  public var bounds: SegmentFrames.Bounds = .apart

  public init(stride: Int) {
    self.stride = stride
  }

  /// The sampling stage of clips of `count` frames.
  /// - Parameters:
  ///   - window: where in the video frames are taken.
  ///   - windows: windows of one sample, their frames one after the other.
  func sampling(
    count: Int, window: DenseFrames.Window = .random, windows: Int = 1
  ) -> Segment<ClipHandle, FrameSelection> {
    switch choice {
    case .dense:
      Segment { DenseFrames(count: count, stride: stride, spacing: spacing, window: window, windows: windows) }
    case .segments:
      Segment {
        SegmentFrames(count: count, position: window == .random ? .random : .phase, bounds: bounds, windows: windows)
      }
    case .still: Segment { StillFrame(count: count, window: window, windows: windows) }
    }
  }

  /// What the sampling stage is called where nothing else has its name.
  var stageName: String {
    switch choice {
    case .dense: "denseFrames"
    case .segments: "segmentFrames"
    case .still: "stillFrame"
    }
  }

  /// What the sampling stage chooses of one clip.
  /// - Throws: ``SamplingError`` if the clip is too short.
  func selection(of clip: ClipHandle, count: Int, context: ElementContext) throws -> FrameSelection {
    switch choice {
    case .dense: try DenseFrames(count: count, stride: stride, spacing: spacing)(clip, context: context)
    case .segments: try SegmentFrames(count: count, bounds: bounds)(clip, context: context)
    case .still: try StillFrame(count: count)(clip, context: context)
    }
  }
}

extension FrameRecipe: Configurable {
  public static var settings: [Setting<Self>] {
    let stride = Setting<Self>("denseFrames.stride", \.stride, in: 1...100_000)
    let spacing = Setting<Self>("denseFrames.spacing", \.spacing)
    return [stride, spacing].map { $0.applying(when: "recipe.frames is dense") { $0.choice == .dense } }
  }
}
