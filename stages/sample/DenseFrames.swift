public import SluiceFlow
package import SluicePlatform
public import SluiceSamples

/// Chooses evenly spaced pictures of one window of the sample; decodes none.
///
/// ```swift
/// DenseFrames(count: 16, stride: 4)                   // training: a random window of 64 pictures
/// DenseFrames(count: 16, stride: 4, window: .center)  // evaluation: the same window each time
/// DenseFrames(count: 16, stride: 4, window: .center, windows: 10)   // ten of them, spread evenly
/// ```
/// - Source: Feichtenhofer et al., "SlowFast networks for video recognition", 2019, section 4.
public struct DenseFrames: Stage, ByteBounded {
  /// How positions are computed from the window.
  public enum Spacing: String, Sendable, CaseIterable {
    /// First and last picture of the window and what lies evenly between them: steps of (`count * stride` - 1) /
    /// (`count` - 1), rounded down. Samples shorter than `count` fail.
    case dense
    /// Real positions from the window's begin, cut to whole numbers; the window's length is meant at 30 pictures per
    /// second. Short samples repeat their last picture.
    case offset
  }

  /// Where the window lies.
  public enum Window: String, Sendable, CaseIterable {
    /// Drawn anew in every epoch.
    case random
    /// In the middle; of several, each in the middle of its equal part.
    case center
  }

  /// Pictures of a clip.
  public var count: Int
  /// Distance between pictures.
  public var stride: Int
  public var spacing: Spacing
  public var window: Window
  /// Windows of one sample; their pictures are asked for one window after the other.
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
      Setting("count", \.count), Setting("stride", \.stride), Setting("spacing", \.spacing),
      Setting("window", \.window), Setting("windows", \.windows, in: 1...1000),
    ]
  }

  public func outputSize(of input: ElementSize) -> ElementSize {
    var size = input
    size.frameCount = count * windows
    return size
  }

  /// - Throws: ``SamplingError`` if the sample has too few pictures, or `count` or `stride` is below 1.
  public func callAsFunction(_ handle: ClipHandle, context: ElementContext) throws -> FrameSelection {
    guard count > 0, stride > 0 else { throw SamplingError.notPositive(count: count, stride: stride) }
    var draws = context.random()
    let indices = try (0..<windows).flatMap { part in
      switch spacing {
      case .dense:
        try denseIndices(of: handle.frameCount, name: handle.frames.name, part: part, draws: &draws)
      case .offset:
        try offsetIndices(
          of: handle.frameCount, rate: handle.frames.frameRate, name: handle.frames.name, part: part, draws: &draws)
      }
    }
    return FrameSelection(handle: handle, indices: indices)
  }
}

extension DenseFrames {
  package func denseIndices(
    of total: Int, name: String, part: Int = 0, draws: inout some RandomDraws
  ) throws -> [Int] {
    // One smaller than it could be: the last window is never drawn.
    let largest = max(0, total - count * stride - 1)
    let begin = window == .center ? largest * (2 * part + 1) / (2 * windows) : draws.integer(in: 0...largest)
    let end = min(begin + count * stride, total)
    guard end - begin >= count else { throw SamplingError.tooShort(name: name, found: total, wanted: count) }
    guard count > 1 else { return [end - 1] }
    let step = Double(end - 1 - begin) / Double(count - 1)
    return (0..<count - 1).map { Int((Double(begin) + Double($0) * step).rounded(.down)) } + [end - 1]
  }

  package func offsetIndices(
    of total: Int, rate: Double?, name: String, part: Int = 0, draws: inout some RandomDraws
  ) throws -> [Int] {
    guard total > 0 else { throw SamplingError.tooShort(name: name, found: total, wanted: 1) }
    let length = Double(count * stride) * (rate ?? 30) / 30
    let slack = max(Double(total) - length, 0)
    let start =
      window == .center
      ? (slack * Double(2 * part + 1) / Double(2 * windows)).rounded(.down) : draws.uniform(0, slack)
    let step = count > 1 ? (length - 1) / Double(count - 1) : 0
    return (0..<count).map { Int(min(max(start + Double($0) * step, 0), Double(total - 1))) }
  }
}
