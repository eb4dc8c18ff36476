public import SluiceNN
public import SluiceTensor

/// The shape of DALL-E's discrete autoencoder.
public struct DVAEConfiguration: Sendable, Equatable {
  /// Words of the vocabulary.
  public var vocabularySize: Int = 8192
  /// Width of the first group of the encoder, and of the last one of the decoder.
  public var width: Int = 256
  /// Width that a word has first in the decoder.
  public var wordWidth: Int = 128
  /// Blocks of each group.
  public var blockCount: Int = 2

  /// The published network.
  public init() {}

  /// Groups of blocks; the grid is halved between them.
  package static let groupCount: Int = 4
  /// Pixels of a token's side.
  public static let tokenSize: Int = 1 << (groupCount - 1)

  /// What a block's convolutions count for beside its input.
  var gain: Double { 1 / Double(DVAEConfiguration.groupCount * blockCount * DVAEConfiguration.groupCount * blockCount) }

  /// - Throws: ``ModelError`` that names what cannot be.
  func validate() throws(ModelError) {
    guard vocabularySize > 1, width > 0, width % 4 == 0, wordWidth > 0, blockCount > 0 else {
      throw ModelError(
        "dVAE: vocabularySize \(vocabularySize), width \(width), wordWidth \(wordWidth) and blockCount \(blockCount) are "
          + "wanted positive, with a vocabulary of at least 2 and a width that 4 divides")
    }
  }
}

/// What turns frames into tokens: the encoder of DALL-E's discrete autoencoder.
///
/// ```swift
/// let tokens = try DVAEEncoder().tokens(of: .full([1, 3, 112, 112], 0.5))   // a gray frame's 196 words
/// ```
/// - Source: Ramesh et al., "Zero-shot text-to-image generation", ICML 2021.
public struct DVAEEncoder: Sendable {
  /// The network's shape.
  public let configuration: DVAEConfiguration
  /// The network's parameters, under DALL-E's names.
  public let parameters: ParameterStore

  private let input: MapConvolution
  private let groups: [[MapBlock]]
  private let output: MapConvolution

  /// Describes the network; its parameters are made on first use.
  /// - Throws: ``ModelError`` if the configuration contradicts itself.
  public init(_ configuration: DVAEConfiguration = DVAEConfiguration()) throws(ModelError) {
    try configuration.validate()
    self.configuration = configuration
    parameters = ParameterStore()
    let scope = ParameterScope(parameters)["blocks"]
    input = MapConvolution(scope["input"], inputs: 3, outputs: configuration.width, kernel: 7)
    groups = (0..<DVAEConfiguration.groupCount).map { group in
      let outputs = configuration.width << group
      return (0..<configuration.blockCount).map { block in
        MapBlock(
          scope["group_\(group + 1).block_\(block + 1)"], inputs: block == 0 && group > 0 ? outputs / 2 : outputs,
          outputs: outputs, kernels: [3, 3, 3, 1], gain: configuration.gain)
      }
    }
    output = MapConvolution(
      scope["output.conv"], inputs: configuration.width << (DVAEConfiguration.groupCount - 1),
      outputs: configuration.vocabularySize, kernel: 1)
  }

  /// Values of pixels as the network reads them: 0…1 into the middle four fifths.
  public static func mapped(_ pixels: Tensor) -> Tensor {
    Tensor(pixels.floats.map { 0.8 * $0 + 0.1 }, shape: pixels.shape)
  }

  /// How much each word is favored for each cell, `[B, h·w, vocabularySize]`, cells in the order of rows.
  /// - Parameter frames: `[B, 3, H, W]`, mapped; cells have 8 pixels a side, and what is left of an odd size is not read.
  /// - Throws: ``ModelError`` if the shape does not fit.
  public func logits(of frames: Tensor) throws(ModelError) -> Tensor {
    try check(frames)
    let last = maps(of: frames)[groups.count]
    return output(last.with(last.cells.activated(.relu))).cells
  }

  private func check(_ frames: Tensor) throws(ModelError) {
    guard frames.shape.rank == 4, frames.shape[1] == 3,
      frames.shape[2] >= DVAEConfiguration.tokenSize, frames.shape[3] >= DVAEConfiguration.tokenSize
    else { throw ModelError("dVAE: frames are \(frames.shape), wanted is [B, 3, H, W] of at least 8 pixels a side") }
  }

  /// A map inside the network, `[B, C, h, w]`, under DALL-E's names: `input`, `group_1` and so on.
  package func map(behind name: String, of frames: Tensor) throws -> Tensor {
    let index = name == "input" ? 0 : Int(name.dropFirst("group_".count)) ?? 0
    let map = maps(of: frames)[index]
    return map.cells.permuted(0, 2, 1).reshaped(frames.shape[0], map.cells.shape[2], map.height, map.width)
  }

  /// What the input gives, and each group.
  private func maps(of frames: Tensor) -> [FeatureMap] {
    let pixels = frames.reshaped(frames.shape[0], 3, -1).permuted(0, 2, 1)
    var maps = [input(FeatureMap(cells: pixels, height: frames.shape[2], width: frames.shape[3]))]
    for (group, blocks) in groups.enumerated() {
      let map = blocks.reduce(maps[group]) { $1($0) }
      maps.append(group < groups.count - 1 ? map.halved : map)
    }
    return maps
  }

  /// Frames whose maps are in memory together.
  private static let chunk = 8

  /// The word of each cell, `B · h · w` of them: the most favored one, of equally favored ones the first.
  ///
  /// Frames are encoded a few at a time, however many there are.
  /// - Parameter frames: `[B, 3, H, W]`, mapped.
  /// - Throws: ``ModelError`` if the shape does not fit.
  public func tokens(of frames: Tensor) throws(ModelError) -> [Int] {
    try check(frames)
    var tokens: [Int] = []
    for first in stride(from: 0, to: frames.shape[0], by: DVAEEncoder.chunk) {
      let part = frames.slice(first..<min(first + DVAEEncoder.chunk, frames.shape[0]), axis: 0)
      tokens += try logits(of: part).indicesOfLargest()
    }
    return tokens
  }
}

extension FeatureMap {
  /// The largest of each two by two cells; what is left of an odd size is dropped.
  fileprivate var halved: FeatureMap {
    let window = SlidingWindow(kernel: [1, 2, 2], stride: [1, 2, 2], padding: [0, 0, 0])
    return FeatureMap(
      cells: cells.maxPooled(grid: [1, height, width], window: window, leading: 0), height: height / 2, width: width / 2
    )
  }
}
