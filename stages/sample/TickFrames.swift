public import SluiceFlow
package import SluicePlatform
public import SluiceSamples

/// Divides the sample into parts of total / `count` frames, real numbers, and chooses one frame of each; decodes none.
///
/// ```swift
/// TickFrames(count: 8)                                    // training: a random frame of each part
/// TickFrames(count: 8, position: .steady)                 // validation: the first one
/// TickFrames(count: 8, position: .steady, windows: 4)     // tests: four clips, from first frames to last ones
/// ```
/// - Source: Wu et al., "Bidirectional cross-modal knowledge exploration for video recognition with pre-trained
///   vision-language models", CVPR 2023, and its released code.
public struct TickFrames: Stage, ByteBounded {
  /// Where in its part a frame is.
  public enum Position: String, Sendable, CaseIterable {
    /// Drawn anew for each part in every epoch. A sample of no more frames than parts gives all of them, and as many drawn
    /// ones as are missing, in order.
    case random
    /// Of several windows the first has the parts' first frames, the last their last ones, the others are spaced evenly
    /// between; one alone has the first frames. A sample of fewer frames than parts repeats some, and windows behind the
    /// first begin with its last one.
    case steady
  }

  /// Frames of a clip, as many as parts.
  public var count: Int
  public var position: Position
  /// Windows of one sample; their frames are asked for one window after the other.
  public var windows: Int

  public init(count: Int = 8, position: Position = .random, windows: Int = 1) {
    self.count = count
    self.position = position
    self.windows = windows
  }

  public static var settings: [Setting<Self>] {
    [
      Setting("count", \.count, in: SamplingLimit.count), Setting("position", \.position),
      Setting("windows", \.windows, in: SamplingLimit.windows),
    ]
  }

  public func outputSize(of input: ElementSize) -> ElementSize {
    var size = input
    size.frameCount = SamplingLimit.frames(count, windows: windows)
    return size
  }

  /// - Throws: ``SamplingError`` if the sample has no frames, or `count` or `windows` is outside its range.
  public func callAsFunction(_ handle: ClipHandle, context: ElementContext) throws -> FrameSelection {
    try SamplingLimit.check(count: count, windows: windows)
    guard handle.frameCount > 0 else { throw SamplingError.tooShort(name: handle.frames.name, found: 0, wanted: 1) }
    var draws = context.random()
    let indices = (0..<windows).flatMap { self.indices(of: handle.frameCount, window: $0, draws: &draws) }
    return FrameSelection(handle: handle, indices: indices)
  }

  /// The frames of one window.
  package func indices(of total: Int, window: Int = 0, draws: inout some RandomDraws) -> [Int] {
    switch position {
    case .random:
      guard total > count else {
        return (Array(0..<total) + (total..<count).map { _ in draws.integer(in: 0...total - 1) }).sorted()
      }
      return (0..<count).map { part in
        draws.integer(in: part * total / count...(part + 1) * total / count - 1)
      }
    case .steady:
      let tick = Double(total) / Double(count)
      let begin = Double(begin(of: window, tick: tick))
      return (0..<count).map { part in
        // Behind the last frame the first follows, before the first the last.
        let index = Int(begin + tick * Double(part)) % total
        return index < 0 ? index + total : index
      }
    }
  }

  /// The frame that a window begins with: evenly from the first of a part to its last, rounded down.
  ///
  /// -1 where parts are shorter than a frame.
  private func begin(of window: Int, tick: Double) -> Int {
    guard windows > 1 else { return 0 }
    let last = tick - 1
    let begin = window == windows - 1 ? last : Double(window) * (last / Double(windows - 1))
    return Int(begin.rounded(.down))
  }
}
