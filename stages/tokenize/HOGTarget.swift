public import SluiceFlow
public import SluiceSamples
internal import SluiceTensor

/// Computes the HOG targets of a masked clip from its 8-bit crop, only of the frames that the mask asks for.
/// - Source: Wei et al., "Masked feature prediction for self-supervised visual pre-training", 2022, section 3.2.
public struct HOGTarget: Transform, ByteBounded {
  /// How gradients are taken, and how a token's 108 values are ordered.
  public enum Operator: String, Sendable, CaseIterable {
    /// As scikit-image: central differences; order (cell, color, direction).
    case central
    /// As SlowFast: 3×3 Sobel; order (color, direction, cell).
    case sobel
  }

  /// Which frames have targets.
  public enum Frames: String, Sendable, CaseIterable {
    /// The center of each cube, `2 * start + length` at two frames per step.
    case centersOfCubes
    /// The first frame of each time step in which something is hidden.
    case firstOfSteps
    /// The last frame of each time step in which something is hidden.
    case lastOfSteps
  }

  public var gradients: Operator
  public var frames: Frames
  /// Pixels of a token's side, a multiple of the 8 of a cell: 16 give a token four cells, 8 one.
  public var patchSize: Int

  /// - Precondition: `patchSize` is a multiple of 8.
  public init(_ gradients: Operator = .central, frames: Frames = .centersOfCubes, patchSize: Int = 16) {
    precondition(
      patchSize > 0 && patchSize % HOG.cellSize == 0, "a token of \(patchSize) pixels has no whole cells of 8")
    self.gradients = gradients
    self.frames = frames
    self.patchSize = patchSize
  }

  /// Values of one token of one frame: 27 for each cell.
  public var width: Int { (patchSize / HOG.cellSize) * (patchSize / HOG.cellSize) * HOG.valuesPerCell }

  public static var settings: [Setting<Self>] { [Setting("gradients", \.gradients), Setting("frames", \.frames)] }

  public func outputSize(of input: ElementSize) -> ElementSize {
    // Each cell of 8 by 8 pixels has one histogram of each color.
    input.adding(bytesPerFrame: input.pixelCount.map { $0 / 64 * HOG.valuesPerCell * MemoryLayout<Float>.stride })
  }

  /// Memory that is used again for each clip.
  public struct Worker {
    var cells: [Float] = []
    var plane: [Float] = []
    var scratch: [Float] = []
  }

  public func makeWorker() -> Worker { Worker() }

  /// - Throws: ``TargetError`` if the crop is no multiple of ``patchSize`` or was not kept, or cubes are asked and there
  ///   are none.
  public func callAsFunction(
    _ masked: MaskedClip, worker: inout Worker, context: ElementContext
  ) throws -> MaskedSample<HOGTargets> {
    let pixels = masked.clip.pixels
    let shape = masked.clip.values.shape.dimensions
    guard pixels.frameCount > 0 else { throw TargetError.noPixels }
    guard pixels.width % patchSize == 0, pixels.height % patchSize == 0 else {
      throw TargetError.indivisible(width: pixels.width, height: pixels.height, by: patchSize)
    }
    guard masked.mask.steps > 0, pixels.frameCount % masked.mask.steps == 0 else {
      throw TargetError.grid(mask: [masked.mask.steps, masked.mask.rows, masked.mask.columns], clip: shape)
    }
    let wanted = try wantedFrames(masked, tubeletSize: pixels.frameCount / masked.mask.steps)
    let (rows, columns) = (pixels.height / patchSize, pixels.width / patchSize)
    let size = rows * columns * width
    let values = Tensor([wanted.count, rows, columns, width]) { values in
      for (index, frame) in wanted.enumerated() {
        switch gradients {
        case .central: worker.central(pixels, frame: frame, patchSize: patchSize, target: &values, at: index * size)
        case .sobel: worker.sobel(pixels, frame: frame, patchSize: patchSize, target: &values, at: index * size)
        }
      }
    }
    return MaskedSample(masked: masked, target: HOGTargets(frames: wanted, values: values))
  }

  private func wantedFrames(_ masked: MaskedClip, tubeletSize: Int) throws(TargetError) -> [Int] {
    switch frames {
    case .centersOfCubes:
      guard !masked.cubes.isEmpty else { throw .noCubes }
      return masked.cubes.map { $0.start * tubeletSize + $0.length * tubeletSize / 2 }.sorted()
    case .firstOfSteps: return hiddenSteps(masked.mask).map { $0 * tubeletSize }
    case .lastOfSteps: return hiddenSteps(masked.mask).map { ($0 + 1) * tubeletSize - 1 }
    }
  }

  /// Time steps in which something is hidden.
  private func hiddenSteps(_ mask: TokenMask) -> [Int] {
    let area = mask.rows * mask.columns
    return (0..<mask.steps).filter { mask.values[$0 * area..<($0 + 1) * area].contains(1) }
  }
}
