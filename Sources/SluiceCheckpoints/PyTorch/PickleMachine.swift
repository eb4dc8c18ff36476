/// Reads a pickle without running anything.
///
/// A pickle is a program for a stack machine whose GLOBAL imports any function and whose REDUCE calls it. Here GLOBAL
/// makes a name, REDUCE knows the few names that tensors need, and everything else becomes an opaque object. Limits on
/// opcodes, nesting, strings and copies bound time and memory by the size of the input.
///
/// - Source: Python's `pickletools.py` for the opcodes; PyTorch's `torch.serialization` for what they are used for.
struct PickleMachine {
  static let longestProgram = 50_000_000
  static let longestString = 256 << 20
  static let longestInteger = 1024
  static let deepestNesting = 200

  var heap: PickleHeap
  var reader: ByteReader
  /// Where the present opcode is.
  private(set) var instructionOffset: Int
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private var opcodeCount = 0
  /// Elements copied because a value was used again; a short pickle must not make a long list many times.
  private var copiedCount = 0

  /// A machine at the start of the pickle that `reader` is at; values are added to `heap`.
  init(_ reader: ByteReader, heap: PickleHeap = PickleHeap()) {
    self.reader = reader
    self.heap = heap
    instructionOffset = reader.position
  }

  /// Runs to the end of the pickle and returns what it left; the reader then is behind it.
  mutating func run() throws(CheckpointError) -> PickleValue {
    while true {
      instructionOffset = reader.position
      opcodeCount += 1
      guard opcodeCount <= Self.longestProgram else {
        throw refused("the pickle has more than \(Self.longestProgram) instructions")
      }
      guard reader.remaining > 0 else { throw failure("the pickle ends without STOP") }
      let opcode = try reader.byte()
      if opcode == 0x2E { return try pop() }
      try execute(opcode)
    }
  }

  func failure(_ reason: String) -> CheckpointError { reader.malformed(reason, at: instructionOffset) }

  func refused(_ reason: String) -> CheckpointError {
    CheckpointError(.refused, file: reader.file.path, position: instructionOffset, reason)
  }

  /// Counts elements that are about to be copied from a value that may be used again.
  mutating func charge(_ count: Int) throws(CheckpointError) {
    copiedCount += count
    guard copiedCount <= max(reader.end, 1 << 16) else {
      throw refused("the pickle multiplies its contents beyond the size of the file")
    }
  }
}

// The stack
extension PickleMachine {
  mutating func push(_ value: PickleValue) { stack.append(value) }

  mutating func pop() throws(CheckpointError) -> PickleValue {
    guard stack.count > marks.last ?? 0 else { throw failure("takes a value from an empty stack") }
    return stack.removeLast()
  }

  func top() throws(CheckpointError) -> PickleValue {
    guard let value = stack.last else { throw failure("looks at an empty stack") }
    return value
  }

  private mutating func mark() throws(CheckpointError) {
    guard marks.count < Self.deepestNesting else {
      throw refused("containers are nested deeper than \(Self.deepestNesting)")
    }
    marks.append(stack.count)
  }

  /// Removes the last mark and what is above it.
  private mutating func popToMark() throws(CheckpointError) -> ArraySlice<PickleValue> {
    guard let mark = marks.popLast() else { throw failure("there is no mark on the stack") }
    defer { stack.removeSubrange(mark...) }
    return stack[mark...]
  }

  mutating func makeTuple(_ elements: ArraySlice<PickleValue>) throws(CheckpointError) -> PickleValue {
    var depth = 1
    for case .tuple(let inner) in elements { depth = max(depth, heap.tuples[inner].depth + 1) }
    guard depth <= Self.deepestNesting else {
      throw refused("tuples are nested deeper than \(Self.deepestNesting)")
    }
    let start = heap.tupleElements.count
    heap.tupleElements.append(contentsOf: elements)
    heap.tuples.append(PickleHeap.Tuple(start: start, count: elements.count, depth: depth))
    return .tuple(heap.tuples.count - 1)
  }

  mutating func makeDictionary() -> PickleValue {
    heap.dicts.append(PickleDictionary())
    return .dict(heap.dicts.count - 1)
  }

  private mutating func makeList(_ elements: ArraySlice<PickleValue>) -> PickleValue {
    heap.lists.append(Array(elements))
    return .list(heap.lists.count - 1)
  }

  mutating func makeSymbol(_ module: String, _ name: String) -> PickleValue {
    heap.symbols.append(PickleSymbol(module: module, name: name))
    return .symbol(heap.symbols.count - 1)
  }

  private mutating func makeString(_ text: String) -> PickleValue {
    heap.strings.append(text)
    return .string(heap.strings.count - 1)
  }
}

// The instructions
extension PickleMachine {
  private mutating func execute(_ opcode: UInt8) throws(CheckpointError) {
    switch opcode {
    case 0x80: try protocolNumber()
    case 0x95: try reader.advance(8)
    case 0x28: try mark()
    case 0x30:
      if let mark = marks.last, mark == stack.count { marks.removeLast() } else { _ = try pop() }
    case 0x31: _ = try popToMark()
    case 0x32: push(try top())
    case 0x4E: push(.none)
    case 0x88: push(.bool(true))
    case 0x89: push(.bool(false))
    case 0x4B: push(.int(Int(try reader.byte())))
    case 0x4D: push(.int(Int(try reader.integer(UInt16.self))))
    case 0x4A: push(.int(Int(try reader.integer(Int32.self))))
    case 0x8A: try integer(byteCount: Int(try reader.byte()))
    case 0x8B: try integer(byteCount: Int(try reader.integer(Int32.self)))
    case 0x47: push(.double(Double(bitPattern: try reader.integer(UInt64.self).byteSwapped)))
    case 0x49, 0x4C, 0x46: try textNumber(opcode)
    case 0x58: try string(UInt64(try reader.integer(UInt32.self)))
    case 0x8C: try string(UInt64(try reader.byte()))
    case 0x8D: try string(try reader.integer(UInt64.self))
    case 0x56: push(makeString(try reader.line()))
    case 0x54: try latinString(Int(try reader.integer(Int32.self)))
    case 0x55: try latinString(Int(try reader.byte()))
    case 0x42: try byteString(UInt64(try reader.integer(UInt32.self)))
    case 0x43: try byteString(UInt64(try reader.byte()))
    case 0x8E, 0x96: try byteString(try reader.integer(UInt64.self))
    case 0x5D: push(makeList([]))
    case 0x7D: push(makeDictionary())
    case 0x29: push(try makeTuple([]))
    case 0x8F: push(opaque("set", try makeTuple([])))
    case 0x91: push(opaque("frozenset", try makeTuple(try popToMark())))
    case 0x85: try tuple(of: 1)
    case 0x86: try tuple(of: 2)
    case 0x87: try tuple(of: 3)
    case 0x74: push(try makeTuple(try popToMark()))
    case 0x6C: push(makeList(try popToMark()))
    case 0x64:
      let elements = try popToMark()
      push(makeDictionary())
      try setItems(elements)
    case 0x61: try append(CollectionOfOne(try pop())[...])
    case 0x65, 0x90: try append(try popToMark())
    case 0x73:
      let value = try pop()
      let key = try pop()
      try setItems([key, value])
    case 0x75: try setItems(try popToMark())
    case 0x68: try recall(Int(try reader.byte()))
    case 0x6A: try recall(Int(try reader.integer(UInt32.self)))
    case 0x67: try recall(try slotNumber())
    case 0x71: memo[Int(try reader.byte())] = try top()
    case 0x72: memo[Int(try reader.integer(UInt32.self))] = try top()
    case 0x70:
      let slot = try slotNumber()
      memo[slot] = try top()
    case 0x94: memo[memo.count] = try top()
    case 0x63:
      let module = try reader.line()
      push(makeSymbol(module, try reader.line()))
    case 0x93: try stackGlobal()
    case 0x51: try persistentIdentifier()
    case 0x52: try reduce()
    case 0x81: try newObject(hasKeywords: false)
    case 0x92: try newObject(hasKeywords: true)
    case 0x62: try build()
    default:
      let hex = String(opcode, radix: 16, uppercase: true)
      throw refused("opcode \(hex) is none of those that tensors are written with")
    }
  }

  private mutating func protocolNumber() throws(CheckpointError) {
    let number = try reader.byte()
    guard number <= 5 else { throw failure("pickle protocol \(number); read are those up to 5") }
  }

  private mutating func integer(byteCount: Int) throws(CheckpointError) {
    guard byteCount >= 0, byteCount <= Self.longestInteger else {
      throw refused("an integer of \(byteCount) bytes; the longest read has \(Self.longestInteger)")
    }
    let start = try reader.advance(byteCount)
    guard byteCount <= 8 else {
      push(.bigInt(start))
      return
    }
    var value = 0
    for index in (0..<byteCount).reversed() {
      let byte = reader.file.value(at: start + index, as: UInt8.self)
      value = index == byteCount - 1 ? Int(Int8(bitPattern: byte)) : value << 8 | Int(byte)
    }
    push(.int(value))
  }

  private mutating func textNumber(_ opcode: UInt8) throws(CheckpointError) {
    let start = reader.position
    var text = try reader.line()[...]
    guard text.utf8.count <= Self.longestInteger else {
      throw refused("a number of \(text.utf8.count) digits; the longest read has \(Self.longestInteger)")
    }
    if opcode == 0x49, text == "00" || text == "01" {
      push(.bool(text == "01"))
    } else if opcode == 0x46 {
      guard let value = Double(text) else { throw failure("\(text) is no number") }
      push(.double(value))
    } else {
      if opcode == 0x4C, text.last == "L" { text.removeLast() }
      let digits = text.first == "-" ? text.dropFirst() : text
      guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
        throw failure("\(text) is no integer")
      }
      push(Int(text).map { .int($0) } ?? .bigInt(start))
    }
  }

  private mutating func stringLength(_ count: UInt64) throws(CheckpointError) -> Int {
    guard count <= UInt64(reader.remaining) else {
      throw failure("a string of \(count) bytes, \(reader.remaining) are left")
    }
    guard count <= UInt64(Self.longestString) else {
      throw refused("a string of \(count) bytes; the longest read has \(Self.longestString)")
    }
    return Int(count)
  }

  private mutating func string(_ count: UInt64) throws(CheckpointError) {
    push(makeString(try reader.text(try stringLength(count))))
  }

  /// A string of Python 2, whose bytes are characters.
  private mutating func latinString(_ count: Int) throws(CheckpointError) {
    guard count >= 0 else { throw failure("a string of \(count) bytes") }
    let start = try reader.advance(try stringLength(UInt64(count)))
    var text = ""
    for index in start..<start + count {
      text.unicodeScalars.append(Unicode.Scalar(reader.file.value(at: index, as: UInt8.self)))
    }
    push(makeString(text))
  }

  private mutating func byteString(_ count: UInt64) throws(CheckpointError) {
    push(.bytes(try reader.advance(try stringLength(count))))
  }

  private mutating func tuple(of count: Int) throws(CheckpointError) {
    var elements: [PickleValue] = []
    for _ in 0..<count { elements.append(try pop()) }
    elements.reverse()
    push(try makeTuple(elements[...]))
  }

  private mutating func append(_ elements: some Collection<PickleValue>) throws(CheckpointError) {
    switch try top() {
    case .list(let list): heap.lists[list].append(contentsOf: elements)
    case .object(let object): heap.objects[object].elements.append(contentsOf: elements)
    case let other: throw failure("appends to \(other.kind)")
    }
  }

  /// Sets the key and value pairs on the dictionary on top of the stack.
  mutating func setItems(_ pairs: ArraySlice<PickleValue>) throws(CheckpointError) {
    guard pairs.count % 2 == 0 else { throw failure("sets \(pairs.count) keys and values, an odd number") }
    switch try top() {
    case .dict(let dictionary):
      var rest = pairs
      while let key = rest.popFirst(), let value = rest.popFirst() {
        heap.dicts[dictionary].set(key, try hashable(key), value)
      }
    case .object(let object):
      var rest = pairs
      while let key = rest.popFirst(), let value = rest.popFirst() { heap.objects[object].items.append((key, value)) }
    case let other: throw failure("sets items of \(other.kind)")
    }
  }

  func hashable(_ key: PickleValue) throws(CheckpointError) -> PickleDictionary.Key {
    switch key {
    case .none: .none
    case .bool(let value): .bool(value)
    case .int(let value): .int(value)
    case .double(let value): .double(value)
    case .string(let index): .string(heap.strings[index])
    case .bigInt(let index), .bytes(let index), .tuple(let index), .symbol(let index), .storage(let index),
      .tensor(let index), .object(let index), .unreadable(let index):
      .identity(key.kind, index)
    case .list, .dict: throw failure("\(key.kind) is no key of a dictionary")
    }
  }

  private mutating func recall(_ slot: Int) throws(CheckpointError) {
    guard let value = memo[slot] else { throw failure("slot \(slot) of the memo is empty") }
    push(value)
  }

  private mutating func slotNumber() throws(CheckpointError) -> Int {
    let text = try reader.line()
    guard let slot = Int(text), slot >= 0 else { throw failure("\(text.prefix(40)) is no slot of the memo") }
    return slot
  }

  private mutating func stackGlobal() throws(CheckpointError) {
    let name = try pop()
    let module = try pop()
    guard let name = heap.string(name), let module = heap.string(module) else {
      throw failure("the name of a class is \(module.kind) and \(name.kind)")
    }
    push(makeSymbol(module, name))
  }
}
