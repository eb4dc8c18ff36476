/// What one element of a tensor is.
public enum ElementType: String, Sendable, Hashable, CaseIterable {
  /// IEEE 754 single precision.
  case float32
  /// The upper half of a single-precision number: 8 exponent and 7 fraction bits.
  case bfloat16

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .float32: 4
    case .bfloat16: 2
    }
  }
}
