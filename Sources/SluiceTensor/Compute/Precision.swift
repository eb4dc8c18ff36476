internal import CBLAS

/// What matrix products and attention multiply.
public enum Precision: String, Sendable, Hashable, CaseIterable {
  /// Single precision throughout.
  case float32 = "fp32"
  /// Activations and weights rounded to `bfloat16` for products, sums in single precision; parameters, their gradients,
  /// the residual stream, norms, softmax and losses stay in single precision.
  case bfloat16 = "bf16"

  /// Whether this processor multiplies `bfloat16` numbers, and oneDNN is there to do it.
  public static let hasBFloat16: Bool = sluice_dnn_has_bfloat16()

  /// What activations between layers are.
  public var elementType: ElementType { self == .float32 ? .float32 : .bfloat16 }
}
