internal import SluiceKernels

/// What the products of a model are computed in.
public enum Precision: String, Sendable, Hashable, Codable, CaseIterable {
  /// Single precision throughout.
  case float32
  /// Operands of products, and what lies between two of them, in bfloat16; sums, norms, softmax, the stream of skip
  /// connections, parameters and their moments in single precision.
  case bfloat16

  /// What command lines and benchmarks call it.
  public var shortName: String {
    switch self {
    case .float32: "fp32"
    case .bfloat16: "bf16"
    }
  }

  /// Whether this processor multiplies such numbers faster than single-precision ones.
  public var isSupported: Bool {
    self == .float32 || sluice_bfloat_level() > Int32(SLUICE_BFLOAT_LOOPS)
  }
}
