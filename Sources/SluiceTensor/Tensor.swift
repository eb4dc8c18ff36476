/// A dense array of numbers, row-major and contiguous, that remembers how it was computed.
///
/// A tensor is a value: operations make new ones and never change an old one. Copies share memory. Memory comes from a
/// cache and goes back when the last copy is gone.
///
/// ```swift
/// let tokens = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3])
/// tokens.shape      // [2, 3]
/// tokens.floats     // [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
/// ```
public struct Tensor: Sendable {
  /// The extents, outermost first.
  public let shape: Shape
  /// What one element is.
  public let elementType: ElementType
  package let storage: Storage
  /// How the tensor was computed; `nil` when no gradient flows through it.
  let node: Node?

  init(shape: Shape, elementType: ElementType, storage: Storage, node: Node?) {
    self.shape = shape
    self.elementType = elementType
    self.storage = storage
    self.node = node
  }

  /// The number of elements.
  public var count: Int { shape.count }

  /// Whether gradients flow through this tensor.
  public var requiresGradient: Bool { node != nil }

  /// Memory of all tensors of the process.
  public static var memory: MemoryStatistics { StorageCache.shared.statistics }

  /// Starts a new peak of ``MemoryStatistics/peakByteCount`` from what is live now.
  public static func resetPeakMemory() { StorageCache.shared.resetPeak() }
}

extension Tensor: CustomStringConvertible {
  /// Type and shape, for example `float32 [2, 196, 768]`.
  public var description: String { "\(elementType) \(shape)" }
}
