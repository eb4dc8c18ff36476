/// The extents of a tensor, outermost first.
///
/// ```swift
/// let shape: Shape = [2, 196, 768]
/// shape.count   // 301056
/// shape[-1]     // 768
/// print(shape)  // [2, 196, 768]
/// ```
public struct Shape: Sendable, Hashable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// The extent of each axis; never negative.
  public let dimensions: [Int]

  /// Creates a shape from the extent of each axis; none makes a scalar.
  public init(_ dimensions: [Int]) {
    precondition(dimensions.allSatisfy { $0 >= 0 }, "Shape: \(dimensions) has a negative extent")
    self.dimensions = dimensions
  }

  public init(arrayLiteral elements: Int...) {
    self.init(elements)
  }

  /// The number of axes.
  public var rank: Int { dimensions.count }

  /// The number of elements: the product of all extents, 1 for a scalar.
  public var count: Int { dimensions.reduce(1, *) }

  /// The extent of one axis; negative axes count from the last, -1.
  public subscript(axis: Int) -> Int { dimensions[index(of: axis)] }

  public var description: String {
    "[\(dimensions.map(String.init).joined(separator: ", "))]"
  }

  /// The axis as a number in `0 ..< rank`; negative axes count from the last, -1.
  package func index(of axis: Int) -> Int {
    let index = axis < 0 ? axis + rank : axis
    precondition(dimensions.indices.contains(index), "axis \(axis) of \(self): there are \(rank) axes")
    return index
  }

  /// The same shape with another extent at `axis`.
  package func replacing(_ axis: Int, by extent: Int) -> Shape {
    var changed = dimensions
    changed[index(of: axis)] = extent
    return Shape(changed)
  }

  /// The product of the extents before and behind `axis`.
  package func around(_ axis: Int) -> (outer: Int, extent: Int, inner: Int) {
    let axis = index(of: axis)
    return (dimensions[..<axis].reduce(1, *), dimensions[axis], dimensions[(axis + 1)...].reduce(1, *))
  }
}
