/// How gradients are limited before an update.
public struct Clipping: Sendable, Equatable, LosslessStringConvertible {
  private enum Kind: Equatable {
    case none
    case each(Double)
    case global(Double)
  }

  private let kind: Kind

  /// Gradients are used as they are.
  public static let none = Clipping(kind: .none)

  /// Each parameter's gradient is scaled down to an L2 norm of at most `norm` on its own.
  public static func perTensor(_ norm: Double) -> Clipping { Clipping(kind: .each(norm)) }

  /// All gradients are scaled down together to a joint L2 norm of at most `norm`.
  public static func global(_ norm: Double) -> Clipping { Clipping(kind: .global(norm)) }

  private init(kind: Kind) {
    self.kind = kind
  }

  /// What the texts are that are read.
  public static let form: String = "limit of gradients: none, global 1 or each 0.02, a norm above 0 and up to 1e+09"

  /// Reads `none`, `global 1` or `each 0.02`; a bare number is the joint norm, as `global` is.
  public init?(_ description: String) {
    let words = description.split(separator: " ")
    if words == ["none"] || words == ["0"] {
      self = .none
      return
    }
    guard let last = words.last, let norm = Double(last), norm > 0, norm <= 1e9 else { return nil }
    switch words.dropLast() {
    case ["each"]: self = .perTensor(norm)
    case [], ["global"]: self = .global(norm)
    default: return nil
    }
  }

  public var description: String {
    switch kind {
    case .none: "none"
    case .each(let norm): "each \(norm)"
    case .global(let norm): "global \(norm)"
    }
  }

  /// What a gradient of L2 norm `own` is multiplied by, `total` being the joint norm of all gradients.
  func factor(own: Double, total: Double) -> Double {
    switch kind {
    case .none: 1
    case .each(let norm): min(1, norm / (own + 1e-6))
    case .global(let norm): min(1, norm / (total + 1e-6))
    }
  }
}
