public import SluiceFlow
package import SluicePlatform
public import SluiceSamples

/// Chooses evenly spaced frames of a window of so many frames of the sample; decodes none.
///
/// ```swift
/// SpanFrames(count: 8)                                  // training: 8 frames of 128, 16 apart
/// SpanFrames(count: 8, window: .spread, windows: 4)     // tests: four windows, from the first frame to the last one
/// ```
/// Frames are `length / count` apart, rounded down. A shorter sample begins again behind its last frame.
/// - Source: Wu et al., "Bidirectional cross-modal knowledge exploration for video recognition with pre-trained
///   vision-language models", CVPR 2023, and its released code.
public struct SpanFrames: Stage, ByteBounded {
  /// Frames of a clip.
  public var count: Int
  /// Frames of a window.
  public var length: Int
  /// Where the window is; a drawn one is never the last that there is.
  public var window: DenseFrames.Window
  /// Windows of one sample; their frames are asked for one window after the other.
  public var windows: Int

  public init(count: Int = 8, length: Int = 128, window: DenseFrames.Window = .random, windows: Int = 1) {
    self.count = count
    self.length = length
    self.window = window
    self.windows = windows
  }

  public static var settings: [Setting<Self>] {
    [
      Setting("count", \.count, in: SamplingLimit.count), Setting("length", \.length, in: SamplingLimit.length),
      Setting("window", \.window), Setting("windows", \.windows, in: SamplingLimit.windows),
    ]
  }

  public func outputSize(of input: ElementSize) -> ElementSize {
    var size = input
    size.frameCount = SamplingLimit.frames(count, windows: windows)
    return size
  }

  /// - Throws: ``SamplingError`` if the sample has no frames, or `count`, `length` or `windows` is outside its range.
  public func callAsFunction(_ handle: ClipHandle, context: ElementContext) throws -> FrameSelection {
    try SamplingLimit.check(count: count, length: length, windows: windows)
    guard handle.frameCount > 0 else { throw SamplingError.tooShort(name: handle.frames.name, found: 0, wanted: 1) }
    var draws = context.random()
    let indices = (0..<windows).flatMap { self.indices(of: handle.frameCount, part: $0, draws: &draws) }
    return FrameSelection(handle: handle, indices: indices)
  }

  /// The frames of one window.
  package func indices(of total: Int, part: Int = 0, draws: inout some RandomDraws) -> [Int] {
    let begin = begin(upTo: max(0, total - length), part, &draws)
    let stride = length / count
    return (0..<count).map { (begin + $0 * stride) % total }
  }

  /// Where a window begins.
  /// - Parameter largest: where the last one begins that there is.
  private func begin(upTo largest: Int, _ part: Int, _ draws: inout some RandomDraws) -> Int {
    switch window {
    case .random: largest > 0 ? draws.integer(in: 0...largest - 1) : 0
    case .center: largest * (2 * part + 1) / (2 * windows)
    case .spread: windows > 1 ? part * (largest / (windows - 1)) : largest / 2
    }
  }
}
