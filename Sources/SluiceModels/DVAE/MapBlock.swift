internal import SluiceNN
internal import SluiceTensor

/// A residual block of four convolutions, each behind a rectifier; what they give is scaled before it is added.
/// - Source: Ramesh et al., "Zero-shot text-to-image generation", ICML 2021.
struct MapBlock: Sendable {
  private let identity: MapConvolution?
  private let convolutions: [MapConvolution]
  private let gain: Float

  /// Declares `id_path`, where the width changes, and `res_path.conv_1` to `conv_4` in `scope`.
  /// - Parameters:
  ///   - kernels: of the four convolutions.
  ///   - gain: what the convolutions' sum is multiplied by.
  init(_ scope: ParameterScope, inputs: Int, outputs: Int, kernels: [Int], gain: Double) {
    self.gain = Float(gain)
    identity =
      inputs == outputs ? nil : MapConvolution(scope["id_path"], inputs: inputs, outputs: outputs, kernel: 1)
    let inner = outputs / 4
    convolutions = kernels.enumerated().map { index, kernel in
      MapConvolution(
        scope["res_path.conv_\(index + 1)"], inputs: index == 0 ? inputs : inner,
        outputs: index == kernels.count - 1 ? outputs : inner, kernel: kernel)
    }
  }

  func callAsFunction(_ map: FeatureMap) -> FeatureMap {
    let change = convolutions.reduce(map) { $1($0.with($0.cells.activated(.relu))) }
    let plain = identity.map { $0(map) } ?? map
    return map.with(plain.cells + change.cells * gain)
  }
}
