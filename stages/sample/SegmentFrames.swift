public import SluiceFlow
package import SluicePlatform
public import SluiceSamples

/// Divides the sample into equal segments and chooses one frame of each; decodes none.
///
/// ```swift
/// SegmentFrames(count: 16)                                     // training: a random frame of each segment
/// SegmentFrames(count: 16, position: .phase, windows: 2)       // tests: two clips, half a segment apart
/// ```
/// Where classes differ in motion over the whole sample, as in Something-Something.
/// - Source: Wang et al., "Temporal segment networks: towards good practices for deep action recognition", 2016; the
///   rounding is that of VideoMAE.
public struct SegmentFrames: Stage, ByteBounded {
  /// Where in its segment a frame is.
  public enum Position: String, Sendable, CaseIterable {
    /// Drawn anew for each segment in every epoch. A sample of fewer frames than segments repeats its first frame.
    case random
    /// Of several windows, the n-th at n / `windows` of each segment; of one alone, in the middle.
    case phase
  }

  /// Where one segment ends and the next begins.
  public enum Bounds: String, Sendable, CaseIterable {
    /// Each segment has `total / count` frames of its own, rounded down: VideoMAE.
    case apart
    /// Bounds are the frames nearest to `count` equal parts from the first frame to the last one, and belong to both
    /// segments; without chance the middle of each is taken: mmaction2 and BEVT.
    case shared
  }

  /// Frames of a clip, as many as segments.
  public var count: Int
  public var position: Position
  public var bounds: Bounds
  /// Windows of one sample; their frames are asked for one window after the other.
  public var windows: Int

  public init(count: Int = 16, position: Position = .random, bounds: Bounds = .apart, windows: Int = 1) {
    self.count = count
    self.position = position
    self.bounds = bounds
    self.windows = windows
  }

  public static var settings: [Setting<Self>] {
    [
      Setting("count", \.count, in: SamplingLimit.count), Setting("position", \.position), Setting("bounds", \.bounds),
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
    switch (bounds, position) {
    case (.shared, _):
      let length = Double(total - 1) / Double(count)
      return (0..<count).map { segment in
        let (first, last) = (
          Int((length * Double(segment)).rounded(.toNearestOrEven)),
          Int((length * Double(segment + 1)).rounded(.toNearestOrEven))
        )
        return position == .random ? draws.integer(in: first...last) : (first + last) / 2
      }
    case (.apart, .random):
      let length = total / count
      guard length > 0 else { return [Int](repeating: 0, count: count) }
      return (0..<count).map { $0 * length + draws.integer(in: 0...length - 1) }
    case (.apart, .phase):
      let length = Double(total) / Double(count)
      let phase = windows > 1 ? Double(window) / Double(windows) : 0.5
      return (0..<count).map { Int(length * phase + length * Double($0)) }
    }
  }
}
