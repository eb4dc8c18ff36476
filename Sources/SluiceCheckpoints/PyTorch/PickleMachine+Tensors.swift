// Storages and views of them, checked before anything of their size is made.

extension PickleMachine {
  private static let storageTypes: [String: StoredType] = [
    "DoubleStorage": .float64, "FloatStorage": .float32, "HalfStorage": .float16, "BFloat16Storage": .bfloat16,
    "LongStorage": .int64, "IntStorage": .int32, "ShortStorage": .int16, "CharStorage": .int8, "ByteStorage": .uint8,
    "BoolStorage": .bool,
  ]
  /// The bytes of an element of storages that are not read: what is behind them in a file must still be found.
  private static let otherSizes = [
    "UntypedStorage": 1, "ComplexFloatStorage": 8, "ComplexDoubleStorage": 16, "QInt8Storage": 1, "QUInt8Storage": 1,
    "QInt32Storage": 4, "QUInt4x2Storage": 1, "QUInt2x4Storage": 1,
  ]
  private static let elementTypes: [String: StoredType] = [
    "float64": .float64, "double": .float64, "float32": .float32, "float": .float32, "float16": .float16,
    "half": .float16, "bfloat16": .bfloat16, "int64": .int64, "long": .int64, "int32": .int32, "int": .int32,
    "int16": .int16, "short": .int16, "int8": .int8, "uint64": .uint64, "uint32": .uint32, "uint16": .uint16,
    "uint8": .uint8, "bool": .bool,
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
    let element = Self.storageTypes[type.name]
    let stored = PickleStorage(
      key: key, type: element, typeName: type.description,
      elementSize: element?.byteCount ?? Self.otherSizes[type.name],
      count: count, position: instructionOffset)
    heap.storages.append(stored)
    return .storage(heap.storages.count - 1)
  }

  /// A tensor from its storage, offset, sizes and strides; its element type is the storage's.
  mutating func tensor(
    _ arguments: ArraySlice<PickleValue>, counts: ClosedRange<Int>
  ) throws(CheckpointError) -> PickleValue {
    let fields = Array(arguments)
    guard counts.contains(fields.count) else { throw failure("a tensor is made from \(fields.count) values") }
    guard case .storage(let index) = fields[0] else { throw failure("a tensor is made from \(fields[0].kind)") }
    let storage = heap.storages[index]
    return try tensor(
      fields, index, type: storage.type, storage.typeName, count: storage.count, metadata: fields.dropFirst(6).first)
  }

  /// A tensor of a storage that is counted in bytes, with its element type behind the hooks.
  mutating func typedTensor(_ arguments: ArraySlice<PickleValue>) throws(CheckpointError) -> PickleValue {
    let fields = Array(arguments)
    guard (7...8).contains(fields.count) else { throw failure("a tensor is made from \(fields.count) values") }
    guard case .storage(let index) = fields[0], let type = heap.symbol(fields[6]), type.module == "torch" else {
      throw failure("a tensor with its own element type is made from \(fields[0].kind) and \(fields[6].kind)")
    }
    let (storage, element) = (heap.storages[index], Self.elementTypes[type.name])
    let bytes = storage.count.multipliedReportingOverflow(by: storage.elementSize ?? 1)
    guard !bytes.overflow else { throw failure("the storage \(storage.key) would have \(storage.count) elements") }
    // Of an element type that is not read no more is known than that it takes a byte.
    return try tensor(
      fields, index, type: element, type.description, count: bytes.partialValue / (element?.byteCount ?? 1),
      metadata: fields.dropFirst(7).first)
  }

  /// A view of so many elements, checked.
  private mutating func tensor(
    _ fields: [PickleValue], _ storage: Int, type: StoredType?, _ typeName: String, count available: Int,
    metadata: PickleValue?
  ) throws(CheckpointError) -> PickleValue {
    guard case .int(let offset) = fields[1], case .tuple(let sizes) = fields[2], case .tuple(let strides) = fields[3]
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
    if !shape.contains(0) { try checkBounds(offset, shape, steps, heap.storages[storage].key, available) }
    heap.tensors.append(
      PickleTensor(
        storage: storage, type: type, typeName: typeName, offset: offset, sizes: sizes, strides: strides,
        isNegated: isNegated(metadata)))
    return .tensor(heap.tensors.count - 1)
  }

  /// Whether a tensor's values have the other sign than its storage's, as the imaginary part of a conjugate has.
  private func isNegated(_ metadata: PickleValue?) -> Bool {
    guard case .dict(let index)? = metadata, case .bool(true)? = heap.dicts[index]["neg"] else { return false }
    return true
  }

  private func checkBounds(
    _ offset: Int, _ sizes: [Int], _ strides: [Int], _ key: String, _ available: Int
  ) throws(CheckpointError) {
    var last = offset
    for (size, stride) in zip(sizes, strides) {
      let (reach, overflow) = (size - 1).multipliedReportingOverflow(by: stride)
      let (sum, carry) = last.addingReportingOverflow(reach)
      guard !overflow, !carry else { throw failure("sizes \(sizes) and strides \(strides) leave 63 bits") }
      last = sum
    }
    guard last < available else {
      throw failure(
        "a tensor with offset \(offset), sizes \(sizes), strides \(strides) reaches element \(last) of the storage"
          + " \(key), which has \(available)")
    }
  }
}
