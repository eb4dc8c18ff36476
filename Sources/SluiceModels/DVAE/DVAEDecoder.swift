internal import Glibc
public import SluiceNN
public import SluiceTensor

/// What turns tokens into frames: the decoder of DALL-E's discrete autoencoder.
/// - Source: Ramesh et al., "Zero-shot text-to-image generation", ICML 2021.
public struct DVAEDecoder: Sendable {
  /// The network's shape.
  public let configuration: DVAEConfiguration
  /// The network's parameters, under DALL-E's names.
  public let parameters: ParameterStore

  private let words: Weight
  private let shift: Weight
  private let groups: [[MapBlock]]
  private let output: MapConvolution

  /// Describes the network; its parameters are made on first use.
  /// - Throws: ``ModelError`` if the configuration contradicts itself.
  public init(_ configuration: DVAEConfiguration = DVAEConfiguration()) throws(ModelError) {
    try configuration.validate()
    self.configuration = configuration
    parameters = ParameterStore()
    let scope = ParameterScope(parameters)["blocks"]
    let deviation = 1 / Double(configuration.vocabularySize).squareRoot()
    words = scope.weight(
      "input.w", [configuration.wordWidth, configuration.vocabularySize, 1, 1], .normal(deviation))
    shift = scope.weight("input.b", [configuration.wordWidth], .zeros)
    let last = DVAEConfiguration.groupCount - 1
    groups = (0...last).map { group in
      let outputs = configuration.width << (last - group)
      return (0..<configuration.blockCount).map { block in
        let inputs = block > 0 ? outputs : group == 0 ? configuration.wordWidth : 2 * outputs
        return MapBlock(
          scope["group_\(group + 1).block_\(block + 1)"], inputs: inputs, outputs: outputs, kernels: [1, 3, 3, 3],
          gain: configuration.gain)
      }
    }
    output = MapConvolution(scope["output.conv"], inputs: configuration.width, outputs: 6, kernel: 1)
  }

  /// Location and logarithm of the scale of each pixel's colors, `[B, 6, 8 h, 8 w]`.
  /// - Parameter tokens: words, row-major `[B, height, width]`.
  /// - Throws: ``ModelError`` if there are not as many, or one is outside the vocabulary.
  public func statistics(of tokens: [Int], height: Int, width: Int) throws(ModelError) -> Tensor {
    let cells = height * width
    guard cells > 0, !tokens.isEmpty, tokens.count % cells == 0 else {
      throw ModelError("dVAE: \(tokens.count) tokens for grids of \(height)×\(width)")
    }
    if let outside = tokens.first(where: { !(0..<configuration.vocabularySize).contains($0) }) {
      throw ModelError("dVAE: token \(outside) is outside the vocabulary of \(configuration.vocabularySize)")
    }
    let table = words.value.reshaped(configuration.wordWidth, configuration.vocabularySize).permuted(1, 0)
    let looked = table.rows(at: tokens).reshaped(tokens.count / cells, cells, configuration.wordWidth) + shift.value
    var map = FeatureMap(cells: looked, height: height, width: width)
    for (group, blocks) in groups.enumerated() {
      for block in blocks { map = block(map) }
      if group < groups.count - 1 { map = map.doubled }
    }
    let result = output(map.with(map.cells.activated(.relu)))
    return result.cells.permuted(0, 2, 1).reshaped(result.cells.shape[0], 6, result.height, result.width)
  }

  /// Frames, `[B, 3, 8 h, 8 w]` in 0…1: the locations, mapped back.
  /// - Parameter tokens: words, row-major `[B, height, width]`.
  /// - Throws: ``ModelError`` if there are not as many, or one is outside the vocabulary.
  public func frames(of tokens: [Int], height: Int, width: Int) throws(ModelError) -> Tensor {
    let locations = try statistics(of: tokens, height: height, width: width).slice(0..<3, axis: 1)
    let values = locations.floats.map { min(max((1 / (1 + exp(-$0)) - 0.1) / 0.8, 0), 1) }
    return Tensor(values, shape: locations.shape)
  }
}

extension FeatureMap {
  /// Each cell four times, two by two.
  fileprivate var doubled: FeatureMap {
    let (rows, columns) = (2 * height, 2 * width)
    let sources = (0..<rows * columns).map { ($0 / columns / 2) * width + $0 % columns / 2 }
    let samples = (0..<cells.shape[0]).flatMap { sample in sources.map { sample * height * width + $0 } }
    let flat = cells.reshaped(-1, cells.shape[2]).rows(at: samples)
    return FeatureMap(cells: flat.reshaped(cells.shape[0], rows * columns, -1), height: rows, width: columns)
  }
}
