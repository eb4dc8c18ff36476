public import SluiceFlow
public import SluiceSamples

/// Chooses one frame of the sample and repeats it: what a network sees that is to learn without motion.
///
/// ```swift
/// StillFrame(count: 8)
/// ```
public struct StillFrame: Stage, ByteBounded {
  /// Frames of a clip, all of them the same.
  public var count: Int
  /// Where the frame is taken from.
  public var window: DenseFrames.Window
  /// Frames chosen of one sample; the repetitions of one come after those of the other.
  public var windows: Int

  public init(count: Int = 16, window: DenseFrames.Window = .random, windows: Int = 1) {
    self.count = count
    self.window = window
    self.windows = windows
  }

  public static var settings: [Setting<Self>] {
    [
      Setting("count", \.count, in: SamplingLimit.count), Setting("window", \.window),
      Setting("windows", \.windows, in: SamplingLimit.windows),
    ]
  }

  public func outputSize(of input: ElementSize) -> ElementSize {
    var size = input
    size.frameCount = SamplingLimit.frames(count, windows: windows)
    return size
  }

  /// - Throws: ``SamplingError`` if the sample has no frame, or `count` or `windows` is outside its range.
  public func callAsFunction(_ handle: ClipHandle, context: ElementContext) throws -> FrameSelection {
    try SamplingLimit.check(count: count, windows: windows)
    guard handle.frameCount > 0 else { throw SamplingError.tooShort(name: handle.frames.name, found: 0, wanted: 1) }
    var draws = context.random()
    let indices = (0..<windows).flatMap { part in
      let last = handle.frameCount - 1
      let index =
        switch window {
        case .random: draws.integer(in: 0...last)
        case .center: handle.frameCount * (2 * part + 1) / (2 * windows)
        case .spread: windows > 1 ? last * part / (windows - 1) : last / 2
        }
      return Array(repeating: index, count: count)
    }
    return FrameSelection(handle: handle, indices: indices)
  }
}
