public import SluiceTensor

/// A change of a tensor's values on the way from a file to a model.
///
/// ```swift
/// let halved = KeyMap.Rule.change("logit_scale", .scaled(by: 0.5))
/// ```
public struct ValueChange: Sendable {
  /// The shape afterwards; `nil` if such a tensor cannot be changed so.
  let shape: @Sendable (_ shape: [Int]) -> [Int]?
  let value: @Sendable (_ tensor: Tensor) -> Tensor

  /// A change of the caller's own.
  /// - Parameters:
  ///   - shape: the shape afterwards, known before any value is read; `nil` for a tensor that does not fit.
  ///   - value: the changed tensor, of that shape.
  public init(
    shape: @escaping @Sendable (_ shape: [Int]) -> [Int]? = { $0 },
    value: @escaping @Sendable (_ tensor: Tensor) -> Tensor
  ) {
    self.shape = shape
    self.value = value
  }

  /// Zeros instead of the values.
  public static let zeros: ValueChange = ValueChange { .zeros($0.shape) }

  /// Rows and columns of a matrix exchanged.
  public static let transposed: ValueChange = ValueChange(
    shape: { $0.count == 2 ? [$0[1], $0[0]] : nil }, value: { $0.permuted(1, 0) })

  /// Each value times `factor`.
  public static func scaled(by factor: Float) -> ValueChange { ValueChange { $0 * factor } }
}
