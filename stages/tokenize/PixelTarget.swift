public import SluiceFlow
internal import SluiceKernels
public import SluiceSamples
public import SluiceTensor

/// What a masked autoencoder is to predict: the pixels of the hidden tokens.
public struct PixelTargets: Sendable {
  /// The hidden tokens' numbers, ascending; time slowest, column fastest.
  public let tokens: [Int]
  /// `[tokens.count, tubeletSize * patchSize * patchSize * 3]`, color fastest.
  public let values: Tensor

  public init(tokens: [Int], values: Tensor) {
    precondition(
      values.shape.rank == 2 && values.shape[0] == tokens.count,
      "pixel targets of \(tokens.count) tokens have shape \(values.shape)")
    self.tokens = tokens
    self.values = values
  }
}

/// Computes the pixel targets of a masked clip from its 8-bit crop, only of the hidden tokens.
/// - Source: Tong et al., "VideoMAE: masked autoencoders are data-efficient learners for self-supervised video
///   pre-training", 2022.
public struct PixelTarget: Stage, ByteBounded {
  /// Whether each color of each token is brought to mean 0 and deviation 1; otherwise values are in 0…1.
  public var isNormalized: Bool
  /// Frames of a token.
  public var tubeletSize: Int
  /// Pixels of a token's side.
  public var patchSize: Int

  public init(isNormalized: Bool = true, tubeletSize: Int = 2, patchSize: Int = 16) {
    self.isNormalized = isNormalized
    self.tubeletSize = tubeletSize
    self.patchSize = patchSize
  }

  public static var settings: [Setting<Self>] { [Setting("isNormalized", \.isNormalized)] }

  /// Values of a token.
  public var width: Int { tubeletSize * patchSize * patchSize * 3 }

  public func outputSize(of input: ElementSize) -> ElementSize {
    input.adding(bytesPerFrame: input.pixelCount.map { 3 * $0 * MemoryLayout<Float>.stride })
  }

  /// - Throws: ``TargetError`` if the crop was not kept or the mask is of another grid.
  public func callAsFunction(_ masked: MaskedClip, context: ElementContext) throws -> MaskedSample<PixelTargets> {
    MaskedSample(masked: masked, target: try targets(of: masked))
  }

  /// The targets of a clip's hidden tokens.
  package func targets(of masked: MaskedClip) throws(TargetError) -> PixelTargets {
    let (mask, pixels) = (masked.mask, masked.clip.pixels)
    guard pixels.frameCount > 0 else { throw TargetError.noPixels }
    let grid = [mask.steps, mask.rows, mask.columns]
    guard
      [mask.steps * tubeletSize, mask.rows * patchSize, mask.columns * patchSize]
        == [pixels.frameCount, pixels.height, pixels.width]
    else { throw TargetError.grid(mask: grid, clip: masked.clip.values.shape.dimensions) }
    let tokens = mask.values.indices.filter { mask.values[$0] != 0 }
    let values = Tensor(uninitialized: [tokens.count, width])
    unsafe pixels.bytes.withUnsafeBufferPointer { bytes in
      for (index, token) in tokens.enumerated() {
        let (step, inside) = token.quotientAndRemainder(dividingBy: mask.rows * mask.columns)
        let (row, column) = inside.quotientAndRemainder(dividingBy: mask.columns)
        let out = unsafe values.pointer + index * width
        unsafe sluice_patch_gather(
          bytes.baseAddress, Int32(pixels.height), Int32(pixels.width), Int32(step * tubeletSize),
          Int32(row * patchSize), Int32(column * patchSize), Int32(tubeletSize), Int32(patchSize), out)
        if isNormalized { unsafe sluice_patch_normalize(out, Int32(width / 3)) }
      }
    }
    return PixelTargets(tokens: tokens, values: values)
  }
}

extension PixelTarget {
  /// The targets of all tokens of a clip of floats.
  /// - Parameters:
  ///   - clip: `[3, T, H, W]`, normalized.
  ///   - mean: what was subtracted of each color, in 0…1.
  ///   - deviation: what each color was divided by.
  /// - Returns: `[tokens, width]`.
  package func targets(of clip: Tensor, mean: [Float], deviation: [Float]) -> Tensor {
    let (frames, height, columns) = (clip.shape[1], clip.shape[2], clip.shape[3])
    let grid = (frames / tubeletSize, height / patchSize, columns / patchSize)
    let result = Tensor(uninitialized: [grid.0 * grid.1 * grid.2, width])
    var index = 0
    for token in 0..<result.shape[0] {
      let (step, row, column) = (token / (grid.1 * grid.2), token / grid.2 % grid.1, token % grid.2)
      for frame in step * tubeletSize..<(step + 1) * tubeletSize {
        for y in row * patchSize..<(row + 1) * patchSize {
          for x in column * patchSize..<(column + 1) * patchSize {
            for color in 0..<3 {
              let value = unsafe clip.pointer[((color * frames + frame) * height + y) * columns + x]
              unsafe result.pointer[index] = value * deviation[color] + mean[color]
              index += 1
            }
          }
        }
      }
      if isNormalized { unsafe sluice_patch_normalize(result.pointer + token * width, Int32(width / 3)) }
    }
    return result
  }
}
