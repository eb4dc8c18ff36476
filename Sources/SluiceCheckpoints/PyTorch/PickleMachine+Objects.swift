// What REDUCE, NEWOBJ and BUILD mean: a closed list of names, opaque objects for the rest, and refusal of those that
// only an attack would use.

extension PickleMachine {
  /// Modules whose functions run commands, load code or reach other programs.
  private static let hostileModules: Set<String> = [
    "os", "posix", "nt", "subprocess", "sys", "shutil", "socket", "ctypes", "importlib", "runpy", "pickle", "builtins",
    "__builtin__", "operator", "webbrowser", "pty", "commands", "code", "timeit",
  ]
  /// What of Python's own names data is made of.
  private static let harmlessBuiltins: Set<String> = ["set", "slice", "complex", "bytearray"]

  private static let unreadableBuilders: Set<String> = [
    "_rebuild_device_tensor_from_numpy", "_rebuild_device_tensor_from_cpu_tensor", "_rebuild_qtensor",
    "_rebuild_sparse_tensor", "_rebuild_sparse_csr_tensor", "_rebuild_nested_tensor", "_rebuild_meta_tensor_no_storage",
    "_rebuild_wrapper_subclass", "_rebuild_from_type_v2", "_rebuild_from_type",
  ]

  mutating func reduce() throws(CheckpointError) {
    let arguments = try pop()
    push(try make(by: try pop(), arguments))
  }

  mutating func newObject(hasKeywords: Bool) throws(CheckpointError) {
    if hasKeywords {
      let keywords = try pop()
      guard case .dict = keywords else { throw failure("the named arguments of a class are \(keywords.kind)") }
    }
    let arguments = try pop()
    push(try make(by: try pop(), arguments))
  }

  /// An object of no known class.
  mutating func opaque(_ maker: PickleValue) -> PickleValue {
    if case .symbol(let symbol) = maker {
      heap.objects.append(PickleObject(symbol: symbol, state: .none))
    } else {
      heap.symbols.append(PickleSymbol(module: "builtins", name: "set"))
      heap.objects.append(PickleObject(symbol: heap.symbols.count - 1, state: .none))
    }
    return .object(heap.objects.count - 1)
  }

  private mutating func make(by maker: PickleValue, _ arguments: PickleValue) throws(CheckpointError) -> PickleValue {
    guard case .symbol(let index) = maker else { throw failure("calls \(maker.kind), which is no class or function") }
    guard case .tuple(let tuple) = arguments else { throw failure("the arguments of a call are \(arguments.kind)") }
    let symbol = heap.symbols[index]
    let top = symbol.module.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init)
    if let top, Self.hostileModules.contains(top) {
      let isData = (top == "builtins" || top == "__builtin__") && Self.harmlessBuiltins.contains(symbol.name)
      guard isData, symbol.module == top else {
        throw refused("the file asks to call \(symbol.description). It is hostile; nothing was run, do not use it")
      }
      return opaque(maker)
    }
    let values = heap.elements(tuple)
    switch (symbol.module, symbol.name) {
    case ("collections", "OrderedDict"): return try orderedDictionary(values)
    case ("torch._utils", "_rebuild_tensor_v2"): return try tensor(values, counts: 6...7)
    case ("torch._utils", "_rebuild_tensor"): return try tensor(values, counts: 4...4)
    case ("torch._utils", "_rebuild_parameter"), ("torch._utils", "_rebuild_parameter_with_state"),
      ("torch.nn.parameter", "Parameter"), ("torch.nn.parameter", "Buffer"):
      return try parameter(values, symbol)
    case ("torch._utils", let name) where Self.unreadableBuilders.contains(name): return .unreadable(index)
    case ("torch._tensor", "_rebuild_from_type_v2"): return .unreadable(index)
    case ("torch", let name) where name.hasSuffix("Tensor"): return .unreadable(index)
    case ("torch", "Size"): return try size(values)
    case ("_codecs", "encode"): return .bytes(instructionOffset)
    case ("torch.jit._pickle", "build_intlist"), ("torch.jit._pickle", "build_doublelist"),
      ("torch.jit._pickle", "build_boollist"), ("torch.jit._pickle", "build_tensorlist"):
      guard values.count == 1, let list = values.first, case .list = list else {
        throw failure("\(symbol.description) takes one list")
      }
      return list
    default: return opaque(maker)
    }
  }

  private mutating func orderedDictionary(_ arguments: ArraySlice<PickleValue>) throws(CheckpointError) -> PickleValue {
    let dictionary = makeDictionary()
    guard let pairs = arguments.first else { return dictionary }
    guard arguments.count == 1, case .list(let list) = pairs, case .dict(let index) = dictionary else {
      throw failure("an ordered dictionary is made of nothing or of a list of pairs")
    }
    try charge(heap.lists[list].count)
    for pair in heap.lists[list] {
      let elements: [PickleValue]
      switch pair {
      case .tuple(let tuple) where heap.tuples[tuple].count == 2: elements = Array(heap.elements(tuple))
      case .list(let list) where heap.lists[list].count == 2: elements = heap.lists[list]
      default: throw failure("an ordered dictionary is made of pairs, one of them is \(pair.kind)")
      }
      heap.dicts[index].set(elements[0], try hashable(elements[0]), elements[1])
    }
    return dictionary
  }

  private func parameter(
    _ arguments: ArraySlice<PickleValue>, _ symbol: PickleSymbol
  ) throws(CheckpointError) -> PickleValue {
    switch arguments.first {
    case .tensor?, .unreadable?: return arguments[arguments.startIndex]
    default: throw failure("\(symbol.description) takes a tensor, not \(arguments.first?.kind ?? "nothing")")
    }
  }

  private mutating func size(_ arguments: ArraySlice<PickleValue>) throws(CheckpointError) -> PickleValue {
    switch arguments.first {
    case .tuple?: return arguments[arguments.startIndex]
    case .list(let list)?:
      try charge(heap.lists[list].count)
      return try makeTuple(heap.lists[list][...])
    default: throw failure("torch.Size takes a tuple")
    }
  }

  mutating func build() throws(CheckpointError) {
    let state = try pop()
    switch try top() {
    case .object(let object): heap.objects[object].state = state
    // Dictionaries carry only version numbers of their makers, tensors nothing that changes their values.
    case .dict, .tensor, .unreadable: break
    case let other: throw failure("sets the state of \(other.kind)")
    }
  }
}
