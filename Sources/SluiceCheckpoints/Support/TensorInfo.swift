/// Name, element type and shape of one stored tensor.
public struct TensorInfo: Sendable, Hashable {
  /// The tensor's name in the file.
  public let name: String
  /// Element type.
  public let type: StoredType
  /// Sizes, outermost first; empty for a scalar.
  public let shape: [Int]

  /// Creates the description of a tensor whose element count fits in `Int`.
  public init(name: String, type: StoredType, shape: [Int]) {
    self.name = name
    self.type = type
    self.shape = shape
  }

  /// Number of elements; 1 for a scalar.
  public var elementCount: Int { shape.reduce(1, *) }
  /// Bytes of the elements, row-major and without gaps.
  public var byteCount: Int { elementCount * type.byteCount }
}

/// The product of `sizes` times `elementSize`, or `nil` when a size is negative or a product leaves 63 bits.
///
/// Sizes of zero count as one for the second rule, so that no order of multiplying them overflows.
func checkedByteCount(_ sizes: [Int], elementSize: Int) -> Int? {
  var product = elementSize
  for size in sizes {
    guard size >= 0 else { return nil }
    let (next, overflow) = product.multipliedReportingOverflow(by: max(size, 1))
    guard !overflow else { return nil }
    product = next
  }
  return sizes.contains(0) ? 0 : product
}
