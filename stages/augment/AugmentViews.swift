public import SluiceFlow
internal import SluiceMedia
public import SluiceSamples

/// Several clips of the same decoded frames: the crops of a test.
///
/// ```swift
/// AugmentViews(Augment(.shortSide(256)), QuarterPlace.allCases.map { [.quarterCrop(224, $0)] })
/// ```
/// What all have in common is done once. Each clip is the one that a stage of its own would give.
public struct AugmentViews: Transform, ByteBounded {
  /// What is done to the frames of all clips, and how their values are normalized.
  public let whole: Augment
  /// What is done then, for each clip.
  public let views: [[AugmentOperation]]

  /// - Precondition: there is a view.
  public init(_ whole: Augment, _ views: [[AugmentOperation]]) {
    precondition(!views.isEmpty, "no views of the frames: there is nothing to give")
    self.whole = whole
    self.views = views
  }

  /// As large as all clips together.
  public func outputSize(of input: ElementSize) -> ElementSize {
    let sizes = views.map { augment($0).outputSize(of: input) }
    let bytes = sizes.compactMap(\.bytes)
    var size = sizes[0]
    size.bytes = bytes.count == sizes.count ? bytes.reduce(0, +) : nil
    return size
  }

  public func makeWorker() -> Augment.Worker { Augment.Worker() }

  /// - Throws: ``AugmentError`` as ``Augment`` throws it.
  public func callAsFunction(
    _ decoded: DecodedClip, worker: inout Augment.Worker, context: ElementContext
  ) throws -> [Clip] {
    var draws = context.random()
    for view in views { try AugmentOperation.checkOrder(of: whole.operations + view) }
    let steps = try whole.steps(for: decoded.commonSize(), of: decoded.handle.view, draws: &draws)
    let common = try DecodedClip(
      handle: decoded.handle, pixels: whole.pixels(decoded, steps: steps, worker: worker.pixels))
    return try views.map { view in
      try augment(view).clip(common, worker: worker.pixels, draws: &draws)
    }
  }

  /// The stage of one clip, behind what all have in common.
  private func augment(_ operations: [AugmentOperation]) -> Augment {
    var augment = whole
    augment.operations = operations
    return augment
  }
}

extension DecodedClip {
  /// RGB frames of a sample.
  fileprivate init(handle: ClipHandle, pixels: PixelClip) {
    let size = 3 * pixels.height * pixels.width
    let frames = (0..<pixels.frameCount).map { index in
      VideoFrame(
        width: pixels.width, height: pixels.height, layout: .rgb,
        packed: Array(pixels.bytes[index * size..<(index + 1) * size]))
    }
    self.init(handle: handle, frames: frames)
  }
}
