extension Tensor {
  /// A tensor of undefined content, for an operation about to write every element.
  package init(uninitialized shape: Shape, _ elementType: ElementType = .float32) {
    self.init(
      shape: shape, elementType: elementType, storage: Storage(byteCount: shape.count * elementType.byteCount),
      node: nil)
  }

  /// A float tensor whose elements `fill` writes, in row-major order; they are zero before.
  public init<Failure: Error>(
    _ shape: Shape, fill: (inout MutableSpan<Float>) throws(Failure) -> Void
  ) throws(Failure) {
    self = try Tensor(uninitialized: shape).filled(by: fill)
  }

  /// This tensor, fresh and of undefined content, with elements that `fill` writes; they are zero before.
  package func filled<Failure: Error>(
    by fill: (inout MutableSpan<Float>) throws(Failure) -> Void
  ) throws(Failure) -> Tensor {
    let elements = unsafe UnsafeMutableBufferPointer(start: pointer, count: count)
    unsafe elements.initialize(repeating: 0)
    var span = unsafe MutableSpan(_unsafeElements: elements)
    try fill(&span)
    return self
  }

  /// A float tensor of `elements` in row-major order.
  /// - Precondition: as many elements as `shape` has.
  public init(_ elements: some Collection<Float>, shape: Shape) {
    precondition(
      elements.count == shape.count, "Tensor: \(elements.count) elements for \(shape), which has \(shape.count)")
    self.init(uninitialized: shape)
    let elementsBuffer = unsafe UnsafeMutableBufferPointer(start: pointer, count: shape.count)
    _ = unsafe elementsBuffer.initialize(fromContentsOf: elements)
  }

  /// A float tensor without axes.
  public init(_ scalar: Float) {
    self.init(CollectionOfOne(scalar), shape: [])
  }

  /// A float tensor of equal elements.
  public static func full(_ shape: Shape, _ value: Float) -> Tensor {
    let result = Tensor(uninitialized: shape)
    unsafe result.pointer.initialize(repeating: value, count: shape.count)
    return result
  }

  /// A float tensor of zeros.
  public static func zeros(_ shape: Shape) -> Tensor { full(shape, 0) }

  /// Zeros that will stay as long as training does.
  package static func persistentZeros(_ shape: Shape) -> Tensor {
    let result = Tensor(
      shape: shape, elementType: .float32, storage: Storage(byteCount: shape.count * 4, isPersistent: true), node: nil)
    unsafe result.pointer.initialize(repeating: 0, count: shape.count)
    return result
  }

  /// A copy of `tensor` that will stay as long as training does.
  package static func persistentCopy(of tensor: Tensor) -> Tensor {
    let tensor = tensor.floating
    let result = Tensor(
      shape: tensor.shape, elementType: .float32, storage: Storage(byteCount: tensor.count * 4, isPersistent: true),
      node: nil)
    unsafe result.pointer.initialize(from: tensor.pointer, count: tensor.count)
    extendLifetime(tensor.storage)
    return result
  }

  static func zeros(_ shape: Shape, _ elementType: ElementType) -> Tensor {
    let result = Tensor(uninitialized: shape, elementType)
    unsafe result.storage.bytes.initializeMemory(
      as: UInt8.self, repeating: 0, count: shape.count * elementType.byteCount)
    return result
  }
}
