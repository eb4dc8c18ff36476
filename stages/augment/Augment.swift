public import SluiceFlow
internal import SluiceKernels
internal import SluiceMedia
package import SluicePlatform
public import SluiceSamples
internal import SluiceTensor

/// Turns decoded frames into a training clip: crop, resize, flip, colors, normalize.
///
/// ```swift
/// Augment(.resizedCrop(224), .flip)                                              // pre-training
/// Augment(.resizedCrop(224, scale: 0.08...1), .flip, .randAugment(), .erase())   // fine-tuning
/// Augment(.shortSide(256), .centerCrop(224))                                     // evaluation
/// Augment(.storedView(224))                                                      // what was drawn before
/// ```
/// Chances are drawn once for a clip, in the order of the operations. Operations work on bytes: frames are converted to
/// RGB (BT.601 and limited range where the stream does not say; chroma sited left, interpolated linearly; rounded to
/// nearest) and resized as ``Resampling`` says. Only ``Resampling/floatBilinear`` and erasing make values that no byte
/// stands for; the clip's 8-bit crop has the rounded bytes, and nothing erased. All processors give the same clip.
///
/// Where only stages are between it and a batch, the values of a batch's clips lie side by side in one buffer from the
/// beginning, so that nothing is copied to put them together.
public struct Augment: Transform, BatchMemorySharing {
  public var operations: [AugmentOperation]
  public var normalization: Normalization
  /// How decoded planes become a resized RGB crop.
  public var path: PixelPath
  /// Whether the clip carries its 8-bit crop, which targets and token models read.
  public var keepsPixels: Bool
  /// Labels that are others where the clip is mirrored.
  public var labelExchange: LabelExchange?

  public init(
    _ operations: AugmentOperation..., normalization: Normalization = .kinetics, path: PixelPath = .exact,
    keepsPixels: Bool = true
  ) {
    self.operations = operations
    self.normalization = normalization
    self.path = path
    self.keepsPixels = keepsPixels
  }

  public static var settings: [Setting<Self>] {
    [Setting("path", \.path), Setting("keepsPixels", \.keepsPixels)]
  }

  /// Known where an operation says how large the frames become.
  public func outputSize(of input: ElementSize) -> ElementSize {
    let side = operations.compactMap(\.outputSide).last
    var size = ElementSize(bytes: 0)
    size.frameCount = input.frameCount
    size.pixelCount = side.map { $0 * $0 }
    let valueBytes = 3 * MemoryLayout<Float>.stride + (keepsPixels ? 3 : 0)
    return size.adding(bytesPerFrame: size.pixelCount.map { $0 * valueBytes })
  }

  /// Memory that is used again for each clip.
  public struct Worker {
    let pixels = PixelWorker()
  }

  public func makeWorker() -> Worker { Worker() }

  /// - Throws: ``AugmentError`` if the clip is empty, its frames differ in size, a crop does not fit, or an operation
  ///   stands where it cannot.
  public func callAsFunction(_ decoded: DecodedClip, worker: inout Worker, context: ElementContext) throws -> Clip {
    var draws = context.random()
    return try clip(decoded, worker: worker.pixels, draws: &draws, slot: context.batchSlot)
  }

  package func clip(
    _ decoded: DecodedClip, worker: PixelWorker, draws: inout some RandomDraws, slot: BatchSlot? = nil
  ) throws -> Clip {
    try clip(
      decoded, steps: try steps(for: try decoded.commonSize(), of: decoded.handle.view, draws: &draws), worker: worker,
      slot: slot)
  }

  /// The clip of drawn steps.
  /// - Parameter slot: where in a batch the clip's values are to lie; by themselves if `nil`.
  package func clip(
    _ decoded: DecodedClip, steps: [PixelStep], worker: PixelWorker, slot: BatchSlot? = nil
  ) throws -> Clip {
    let size = try decoded.commonSize()
    let plan = PixelPlan(steps, of: decoded.frames[0].layout, from: size, path: path)
    let (width, height, area) = (plan.size.width, plan.size.height, plan.size.width * plan.size.height)
    let count = decoded.frames.count
    let shape: Shape = [3, count, height, width]
    let values = slot?.tensor(uninitialized: shape) ?? Tensor(uninitialized: shape)
    let byteCount = keepsPixels ? count * area * 3 : 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { bytes, filled in
      for (index, frame) in decoded.frames.enumerated() {
        // A stream may change its layout on the way; the chances stay.
        let plan =
          frame.layout == decoded.frames[0].layout
          ? plan : PixelPlan(steps, of: frame.layout, from: size, path: path)
        let planes = unsafe (0..<3).map { unsafe values.pointer + ($0 * count + index) * area }
        let joined = unsafe keepsPixels ? bytes.baseAddress.map { unsafe $0 + index * area * 3 } : nil
        unsafe worker.finish(plan, on: frame, normalization: normalization, values: planes, joined: joined)
      }
      filled = byteCount
    }
    for color in 0..<3 {
      unsafe normalization.finish(
        UnsafeMutableBufferPointer(start: values.pointer + color * count * area, count: count * area))
    }
    for erasure in plan.erasures {
      unsafe erasure.apply(to: values.pointer, planes: 3 * count, size: plan.size, scratch: worker.floats)
    }
    let pixels = PixelClip(frameCount: keepsPixels ? count : 0, height: height, width: width, bytes: bytes)
    let handle = decoded.handle
    let exchange = steps.areMirrored ? labelExchange : nil
    return Clip(
      pixels: pixels, values: values, labels: exchange.map { $0(handle.labels) } ?? handle.labels,
      captions: handle.captions, view: handle.view)
  }

  /// Only the 8-bit crop of drawn steps.
  package func pixels(_ decoded: DecodedClip, steps: [PixelStep], worker: PixelWorker) throws -> PixelClip {
    let size = try decoded.commonSize()
    let plan = PixelPlan(steps, of: decoded.frames[0].layout, from: size, path: path)
    let area = plan.size.width * plan.size.height
    let byteCount = decoded.frames.count * area * 3
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { bytes, filled in
      for (index, frame) in decoded.frames.enumerated() {
        let isAsFirst = frame.layout == decoded.frames[0].layout
        worker.run(isAsFirst ? plan : PixelPlan(steps, of: frame.layout, from: size, path: path), on: frame)
        let image = unsafe worker.image
        let joined = unsafe bytes.baseAddress.map { unsafe $0 + index * area * 3 }
        unsafe sluice_rgb_join(image, image + area, image + 2 * area, area, joined)
      }
      filled = byteCount
    }
    return PixelClip(
      frameCount: decoded.frames.count, height: plan.size.height, width: plan.size.width, bytes: bytes)
  }

  /// Draws everything for frames of `size`.
  /// - Parameter view: the stored view that the clip is to be seen as, if there is one.
  package func steps(
    for size: PixelSize, of view: ClipView? = nil, draws: inout some RandomDraws
  ) throws(AugmentError) -> [PixelStep] {
    try AugmentOperation.checkOrder(of: operations)
    var size = size
    var steps: [PixelStep] = []
    for operation in operations { try operation.resolve(&size, of: view, into: &steps, draws: &draws) }
    return steps
  }
}

extension DecodedClip {
  /// The size of all frames.
  func commonSize() throws(AugmentError) -> PixelSize {
    let name = handle.frames.name
    guard let first = frames.first else { throw .empty(name: name) }
    for (index, frame) in frames.enumerated() where frame.width != first.width || frame.height != first.height {
      throw .mixedSizes(
        name: name, first: [first.width, first.height], other: [frame.width, frame.height], frame: index)
    }
    return PixelSize(width: first.width, height: first.height)
  }
}
