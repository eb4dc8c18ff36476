import SluiceCheckpoints
import SluiceModels
import SluiceNN
import SluiceTensor
import TestSupport
import Testing

/// The formula `splitmix64-b`: a number in −1 ..< 1 for an index and the number of a tensor.
private func formulaValue(_ index: Int, _ ordinal: Int) -> Double {
  var word = (UInt64(index) &+ UInt64(ordinal) << 32 &+ 1) &* 0x9E37_79B9_7F4A_7C15
  word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
  word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
  word ^= word >> 31
  return 2 * (Double(word >> 11) * 0x1p-53) - 1
}

extension ParameterStore {
  /// Gives every parameter the formula's numbers; its place in the checkpoint's order is its ordinal.
  func fillByFormula() {
    for (ordinal, parameter) in parameters.enumerated() {
      let (rank, name) = (parameter.shape.rank, parameter.name)
      let isScale = name.hasSuffix("weight")
      let isSmall = name.hasSuffix("mask_token") || name.contains("embeddings.weight")
      let spread = 3.0.squareRoot() / Double(parameter.shape.dimensions.dropFirst().reduce(1, *)).squareRoot()
      parameter.update { elements in
        for index in elements.indices {
          let x = formulaValue(index, ordinal)
          let value = rank == 1 ? (isScale ? 1 + 0.1 * x : 0.05 * x) : isSmall ? 0.1 * x : x * spread
          elements[index] = Float(value)
        }
      }
    }
  }
}

extension GoldenFile {
  /// The clips that the file describes by the formula.
  func formulaClips(_ configuration: VideoMAEConfiguration) throws -> Tensor {
    let ordinal = try #require(config["video_ordinal"].int)
    let scale = try #require(config["video_scale"].double)
    let batch = try #require(config["batch"].int)
    return Tensor([batch, 3, configuration.frameCount, configuration.height, configuration.width]) { elements in
      for index in elements.indices { elements[index] = Float(scale * formulaValue(index, ordinal)) }
    }
  }
}
