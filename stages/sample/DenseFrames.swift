public import SluiceFlow
internal import SluicePlatform
public import SluiceSamples

/// Chooses evenly spaced frames of one window of the sample; decodes none.
///
/// ```swift
/// DenseFrames(count: 16, stride: 4)                   // training: a random window of 64 frames
/// DenseFrames(count: 16, stride: 4, window: .center)  // evaluation: the same window each time
/// DenseFrames(count: 16, stride: 4, window: .center, windows: 10)   // ten of them, each in the middle of its part
/// DenseFrames(count: 16, stride: 4, spacing: .strided, window: .spread, windows: 5)   // from end to end
/// ```
/// - Source: Feichtenhofer et al., "SlowFast networks for video recognition", 2019, section 4; Tong et al., "VideoMAE:
///   masked autoencoders are data-efficient learners for self-supervised video pre-training", 2022, section 4.
public struct DenseFrames: Stage, ByteBounded {
  /// How positions are computed from the window.
  public enum Spacing: String, Sendable, CaseIterable {
    /// First and last frame of the window and those spaced evenly between them: steps of (`count * stride` - 1) /
    /// (`count` - 1), rounded down. Samples shorter than `count` fail.
    case dense
    /// Real positions from the window's begin, cut to whole numbers; the window's length is meant at 30 frames per
    /// second. Short samples repeat their last frame.
    case offset
    /// Every `stride`-th frame. Short samples repeat the last frame they reached: VideoMAE's pre-training and tests.
    case strided
    /// From the window's begin to its end with both ends counted: steps of `count * stride` / (`count` - 1), cut to whole
    /// numbers. Short samples are spaced as far as they go, then repeat their last frame: VideoMAE's fine-tuning.
    case inclusive
    /// Every `stride`-th frame. Short samples begin again: mmaction2 and BEVT.
    case looped
  }

  /// Where the window is.
  public enum Window: String, Sendable, CaseIterable {
    /// Drawn anew in every epoch.
    case random
    /// In the middle; of several, each in the middle of its equal part.
    case center
    /// Of several, the first at the begin, the last at the end, the others evenly between; one alone in the middle.
    case spread
  }

  /// Frames of a clip.
  public var count: Int
  /// Distance between frames.
  public var stride: Int
  public var spacing: Spacing
  public var window: Window
  /// Windows of one sample; their frames are asked for one window after the other.
  public var windows: Int

  public init(
    count: Int = 16, stride: Int = 4, spacing: Spacing = .dense, window: Window = .random, windows: Int = 1
  ) {
    self.count = count
    self.stride = stride
    self.spacing = spacing
    self.window = window
    self.windows = windows
  }

  public static var settings: [Setting<Self>] {
    [
      Setting("count", \.count, in: SamplingLimit.count), Setting("stride", \.stride, in: SamplingLimit.stride),
      Setting("spacing", \.spacing), Setting("window", \.window),
      Setting("windows", \.windows, in: SamplingLimit.windows),
    ]
  }

  public func outputSize(of input: ElementSize) -> ElementSize {
    var size = input
    size.frameCount = SamplingLimit.frames(count, windows: windows)
    return size
  }

  /// - Throws: ``SamplingError`` if the sample has too few frames, or `count`, `stride` or `windows` is outside its range.
  public func callAsFunction(_ handle: ClipHandle, context: ElementContext) throws -> FrameSelection {
    try SamplingLimit.check(count: count, stride: stride, windows: windows)
    var draws = context.random()
    let (total, name) = (handle.frameCount, handle.frames.name)
    let indices = try (0..<windows).flatMap { part in
      switch spacing {
      case .dense: try denseIndices(of: total, name: name, part: part, draws: &draws)
      case .offset:
        try offsetIndices(of: total, rate: handle.frames.frameRate, name: name, part: part, draws: &draws)
      case .strided: try stridedIndices(of: total, name: name, part: part, draws: &draws)
      case .inclusive: try inclusiveIndices(of: total, name: name, part: part, draws: &draws)
      case .looped: try loopedIndices(of: total, name: name, part: part, draws: &draws)
      }
    }
    return FrameSelection(handle: handle, indices: indices)
  }
}
