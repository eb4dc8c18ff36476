internal import SluiceKernels

/// What the products of a model are computed in.
public enum Precision: String, Sendable, Hashable, Codable, CaseIterable {
  /// Single precision throughout.
  case float32
  /// Operands of products, and what is between two of them, in bfloat16; sums, norms, softmax, the stream of skip
  /// connections, parameters and their moments in single precision.
  case bfloat16

  /// What command lines and benchmarks call it.
  public var shortName: String {
    switch self {
    case .float32: "fp32"
    case .bfloat16: "bf16"
    }
  }

  /// The precision that command lines call `name`.
  package static func named(_ name: String) throws(UnknownPrecision) -> Precision {
    guard let precision = allCases.first(where: { $0.shortName == name }) else { throw UnknownPrecision(name: name) }
    return precision
  }

  /// Whether this processor multiplies such numbers faster than single-precision ones.
  public var isSupported: Bool {
    self == .float32 || sluice_bfloat_level() > Int32(SLUICE_BFLOAT_LOOPS)
  }
}

/// A name that no precision has.
package struct UnknownPrecision: Error, CustomStringConvertible {
  let name: String

  package var description: String {
    "there is no precision \(name); there are \(Precision.allCases.map(\.shortName).joined(separator: " and "))"
  }
}
