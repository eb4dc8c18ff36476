public import SluiceData
public import SluiceFlow

/// Chooses one picture of the sample and repeats it: what a network sees that is to learn without motion.
///
/// ```swift
/// StillFrame(count: 8)
/// ```
public struct StillFrame: Stage, ByteBounded {
  /// Pictures of a clip, all of them the same.
  public var count: Int
  /// Where the picture is taken from.
  public var window: DenseFrames.Window

  public init(count: Int = 16, window: DenseFrames.Window = .random) {
    self.count = count
    self.window = window
  }

  public static var settings: [Setting<Self>] { [Setting("count", \.count), Setting("window", \.window)] }

  public func outputSize(of input: ElementSize) -> ElementSize {
    var size = input
    size.frameCount = count
    return size
  }

  /// - Throws: ``SamplingError`` if the sample has no picture, or `count` is below 1.
  public func callAsFunction(_ handle: ClipHandle, context: ElementContext) throws -> FrameSelection {
    guard count > 0 else { throw SamplingError.notPositive(count: count, stride: 1) }
    guard handle.frameCount > 0 else { throw SamplingError.tooShort(name: handle.frames.name, found: 0, wanted: 1) }
    var draws = context.random()
    let index = window == .center ? handle.frameCount / 2 : draws.integer(in: 0...handle.frameCount - 1)
    return FrameSelection(handle: handle, indices: Array(repeating: index, count: count))
  }
}
