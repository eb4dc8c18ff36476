// Storages and views of them, checked before anything of their size is made.

extension PickleMachine {
  private static let storageTypes: [String: StoredType] = [
    "DoubleStorage": .float64, "FloatStorage": .float32, "HalfStorage": .float16, "BFloat16Storage": .bfloat16,
    "LongStorage": .int64, "IntStorage": .int32, "ShortStorage": .int16, "CharStorage": .int8, "ByteStorage": .uint8,
    "BoolStorage": .bool,
  ]

  /// BINPERSID: a storage, or in old files the class of a module together with its source text, which is ignored.
  mutating func persistentIdentifier() throws(CheckpointError) {
    let identifier = try pop()
    guard case .tuple(let tuple) = identifier else {
      throw failure("a persistent id is \(identifier.kind), not a tuple")
    }
    let fields = Array(heap.elements(tuple))
    switch fields.first.flatMap({ heap.string($0) }) {
    case "module" where fields.count == 4:
      guard case .symbol = fields[1] else { throw failure("the class of a module is \(fields[1].kind)") }
      push(fields[1])
    case "storage" where fields.count == 5 || fields.count == 6: push(try storage(fields))
    default: throw failure("a persistent id of \(fields.count) fields is none of a storage or a module")
    }
  }

  private mutating func storage(_ fields: [PickleValue]) throws(CheckpointError) -> PickleValue {
    guard let type = heap.symbol(fields[1]), let key = heap.string(fields[2]), heap.string(fields[3]) != nil,
      case .int(let count) = fields[4]
    else {
      throw failure("a storage is given by \(fields[1...4].map(\.kind).joined(separator: ", "))")
    }
    if fields.count == 6 {
      guard case .none = fields[5] else {
        throw CheckpointError(
          .unsupported, file: reader.file.path, position: instructionOffset,
          "the storage \(key) is a view of another, as PyTorch before 0.4 wrote them. Load and save the file with a newer one"
        )
      }
    }
    guard type.module == "torch" || type.module == "torch.storage", type.name.hasSuffix("Storage") else {
      throw failure("\(type.description) is no type of a storage")
    }
    guard count >= 0, count < 1 << 50 else { throw failure("the storage \(key) would have \(count) elements") }
    let stored = PickleStorage(
      key: key, type: Self.storageTypes[type.name], typeName: type.description, count: count,
      position: instructionOffset)
    heap.storages.append(stored)
    return .storage(heap.storages.count - 1)
  }

  /// A tensor from its storage, offset, sizes and strides.
  mutating func tensor(
    _ arguments: ArraySlice<PickleValue>, counts: ClosedRange<Int>
  ) throws(CheckpointError) -> PickleValue {
    let fields = Array(arguments)
    guard counts.contains(fields.count) else { throw failure("a tensor is made from \(fields.count) values") }
    guard case .storage(let storage) = fields[0], case .int(let offset) = fields[1], case .tuple(let sizes) = fields[2],
      case .tuple(let strides) = fields[3]
    else {
      throw failure("a tensor is made from \(fields[0...3].map(\.kind).joined(separator: ", "))")
    }
    guard heap.tuples[sizes].count <= 64, let shape = heap.integers(sizes), let steps = heap.integers(strides),
      shape.count == steps.count
    else {
      throw failure("a tensor's sizes and strides are not as many integers, at most 64")
    }
    guard offset >= 0, shape.allSatisfy({ $0 >= 0 }), steps.allSatisfy({ $0 >= 0 }) else {
      throw failure("a tensor has offset \(offset), sizes \(shape), strides \(steps), some of them negative")
    }
    guard let count = checkedByteCount(shape.map { max($0, 1) }, elementSize: 1), count <= 1 << 40 else {
      throw refused("a tensor of sizes \(shape) has more elements than are read")
    }
    if !shape.contains(0) { try checkBounds(offset, shape, steps, heap.storages[storage]) }
    heap.tensors.append(PickleTensor(storage: storage, offset: offset, sizes: sizes, strides: strides))
    return .tensor(heap.tensors.count - 1)
  }

  private func checkBounds(
    _ offset: Int, _ sizes: [Int], _ strides: [Int], _ storage: PickleStorage
  ) throws(CheckpointError) {
    var last = offset
    for (size, stride) in zip(sizes, strides) {
      let (reach, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, carry) = last.addingReportingOverflow(reach)
      guard !overflow, !carry else { throw failure("sizes \(sizes) and strides \(strides) leave 63 bits") }
      last = sum
    }
    guard last < storage.count else {
      throw failure(
        "a tensor with offset \(offset), sizes \(sizes), strides \(strides) reaches element \(last) of the storage"
          + " \(storage.key), which has \(storage.count)")
    }
  }
}
