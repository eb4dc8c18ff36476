public import SluiceFlow
public import SluiceSamples
internal import SluiceTensor

/// The values of the hidden cells of one sample.
public struct CellTargets: Sendable {
  /// Cells and their values; cells are counted over the sample's frames.
  public let values: CellValues
  /// Cells of the sample, hidden or not.
  public let cellCount: Int

  public init(values: CellValues, cellCount: Int) {
    self.values = values
    self.cellCount = cellCount
  }
}

extension CellValues {
  /// The targets of several samples, their cells counted on.
  /// - Precondition: there is a sample.
  public init(joining samples: [CellTargets]) {
    self.init(
      cells: joined(samples.map { ($0.values.cells, $0.cellCount) }),
      values: .concatenated(samples.map(\.values.values), axis: 0))
  }
}

/// Computes what is to be predicted of each hidden cell of each frame from the 8-bit crop: of clips, whose tokens cover
/// several frames, and of images alike.
///
/// A network of clips and images has one head for both, so that a frame is what it predicts.
public struct CellTarget: Transform, ByteBounded {
  /// What of a cell is predicted.
  public enum Content: Sendable, Equatable {
    /// Its histograms of oriented gradients, 27 for each 8×8 pixels.
    case hog(HOGTarget.Operator)
    /// Its pixels, each color brought to mean 0 and deviation 1.
    case pixels
  }

  public let content: Content
  /// Pixels of a cell's side; for histograms a multiple of 8.
  public let cellSize: Int

  public init(_ content: Content, cellSize: Int = 16) {
    self.content = content
    self.cellSize = cellSize
  }

  private var hog: HOGTarget? {
    guard case .hog(let gradients) = content else { return nil }
    return HOGTarget(gradients, frames: .firstOfSteps, patchSize: cellSize)
  }

  private var pixels: PixelTarget { PixelTarget(tubeletSize: 1, patchSize: cellSize) }

  /// Values of a cell of a frame.
  public var width: Int { hog?.width ?? pixels.width }

  public func outputSize(of input: ElementSize) -> ElementSize {
    hog?.outputSize(of: input) ?? pixels.outputSize(of: input)
  }

  /// Memory that is used again for each sample.
  public struct Worker {
    var histograms: HOGTarget.Worker?
  }

  public func makeWorker() -> Worker { Worker(histograms: hog?.makeWorker()) }

  /// - Throws: ``TargetError`` if the crop was not kept, or does not fit the mask.
  public func callAsFunction(
    _ masked: MaskedClip, worker: inout Worker, context: ElementContext
  ) throws -> MaskedSample<CellTargets> {
    let frames = try frameByFrame(masked)
    let values: CellValues
    if let hog, var histograms = worker.histograms {
      defer { worker.histograms = histograms }
      let target = try hog(frames, worker: &histograms, context: context).target
      values = hidden(target, in: frames.mask)
    } else {
      let target = try pixels(frames, context: context).target
      values = CellValues(cells: target.tokens, values: target.values)
    }
    return MaskedSample(masked: masked, target: CellTargets(values: values, cellCount: frames.mask.values.count))
  }

  /// The clip with a mask that has a time step for each frame.
  private func frameByFrame(_ masked: MaskedClip) throws(TargetError) -> MaskedClip {
    let (mask, count) = (masked.mask, masked.clip.pixels.frameCount)
    guard count > 0 else { throw .noPixels }
    guard mask.steps > 0, count % mask.steps == 0 else {
      throw .grid(mask: [mask.steps, mask.rows, mask.columns], clip: masked.clip.values.shape.dimensions)
    }
    let (area, span) = (mask.rows * mask.columns, count / mask.steps)
    let values = (0..<count).flatMap { mask.values[$0 / span * area..<($0 / span + 1) * area] }
    return MaskedClip(
      clip: masked.clip, mask: TokenMask(steps: count, rows: mask.rows, columns: mask.columns, values: values))
  }

  /// The hidden cells of frames that have targets in all of theirs.
  private func hidden(_ targets: HOGTargets, in mask: TokenMask) -> CellValues {
    let (cells, rows) = mask.hiddenCells(ofFrames: targets.frames)
    return CellValues(cells: cells, values: targets.values.reshaped(-1, targets.values.shape[3]).rows(at: rows))
  }
}
