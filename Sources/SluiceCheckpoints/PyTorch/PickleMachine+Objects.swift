// What REDUCE, NEWOBJ and BUILD mean: a closed list of names, opaque objects for the rest, and refusal of those that
// only an attack would use.

extension PickleMachine {
  /// Modules whose functions run commands, load code or reach other programs.
  private static let hostileModules: Set<String> = [
    "os", "posix", "nt", "subprocess", "sys", "shutil", "socket", "ctypes", "importlib", "runpy", "pickle", "builtins",
    "__builtin__", "operator", "webbrowser", "pty", "commands", "code", "timeit",
  ]
  /// What of Python's own names data is made of; `getattr` is how methods of classes are written.
  private static let harmlessBuiltins: Set<String> = [
    "set", "frozenset", "slice", "range", "xrange", "complex", "bytearray", "bytes", "list", "dict", "tuple", "int",
    "long", "float", "bool", "str", "unicode", "object", "type", "getattr", "iter", "reversed", "enumerate", "zip",
    "map",
    "filter",
  ]

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

  /// An object of one of Python's own classes.
  mutating func opaque(_ name: String, _ arguments: PickleValue) -> PickleValue {
    opaque(by: makeSymbol("builtins", name), arguments)
  }

  /// An object of no known class: of a class or function, or of what an opaque object gives.
  private mutating func opaque(by maker: PickleValue, _ arguments: PickleValue) -> PickleValue {
    let symbol: Int
    switch maker {
    case .symbol(let index): symbol = index
    case .object(let object): symbol = heap.objects[object].symbol
    default: return .none
    }
    heap.objects.append(PickleObject(symbol: symbol, arguments: arguments))
    return .object(heap.objects.count - 1)
  }

  /// Whether only an attack would call this.
  private func isHostile(_ symbol: PickleSymbol) -> Bool {
    let top = symbol.module.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init)
    guard let top, Self.hostileModules.contains(top) else { return false }
    guard top == "builtins" || top == "__builtin__", symbol.module == top else { return true }
    // A method of a harmless class, such as `dict.fromkeys`, has the class in front of its name.
    let name = symbol.name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init)
    let isException = ["Error", "Exception", "Warning"].contains { symbol.name.hasSuffix($0) }
    return !isException && !Self.harmlessBuiltins.contains(name ?? "")
  }

  private func hostility(_ symbol: PickleSymbol) -> CheckpointError {
    refused("the file asks to call \(symbol.description). It is hostile; nothing was run, do not use it")
  }

  private mutating func make(by maker: PickleValue, _ arguments: PickleValue) throws(CheckpointError) -> PickleValue {
    let index: Int
    switch maker {
    case .symbol(let symbol): index = symbol
    // What a method gives that was taken from a class is as opaque as the method.
    case .object: return opaque(by: maker, arguments)
    default: throw failure("calls \(maker.kind), which is no class or function")
    }
    guard case .tuple(let tuple) = arguments else { throw failure("the arguments of a call are \(arguments.kind)") }
    let symbol = heap.symbols[index]
    guard !isHostile(symbol) else { throw hostility(symbol) }
    let values = heap.elements(tuple)
    if symbol.module == "builtins" || symbol.module == "__builtin__" {
      // A function of a hostile module is not to be had by another way either.
      for case .symbol(let argument) in values where isHostile(heap.symbols[argument]) {
        throw hostility(heap.symbols[argument])
      }
      return opaque(by: maker, arguments)
    }
    switch (symbol.module, symbol.name) {
    case ("collections", "OrderedDict"): return try orderedDictionary(values)
    case ("torch._utils", "_rebuild_tensor_v2"): return try tensor(values, counts: 6...7)
    case ("torch._utils", "_rebuild_tensor_v3"): return try typedTensor(values)
    case ("torch._utils", "_rebuild_tensor"): return try tensor(values, counts: 4...4)
    case ("torch._utils", "_rebuild_parameter"), ("torch._utils", "_rebuild_parameter_with_state"),
      ("torch.nn.parameter", "Parameter"), ("torch.nn.parameter", "Buffer"):
      return try parameter(values, symbol)
    case ("torch._utils", let name) where Self.unreadableBuilders.contains(name): return .unreadable(index)
    case ("torch._tensor", "_rebuild_from_type_v2"): return try subclassed(values, index)
    case ("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct"),
      ("numpy.core.numeric", "_frombuffer"), ("numpy._core.numeric", "_frombuffer"):
      return .unreadable(index)
    case ("torch", let name) where name.hasSuffix("Tensor"): return .unreadable(index)
    case ("torch", "Size"): return try size(values)
    case ("_codecs", "encode"): return .bytes(instructionOffset)
    case ("torch.jit._pickle", "build_intlist"), ("torch.jit._pickle", "build_doublelist"),
      ("torch.jit._pickle", "build_boollist"), ("torch.jit._pickle", "build_tensorlist"):
      guard values.count == 1, let list = values.first, case .list = list else {
        throw failure("\(symbol.description) takes one list")
      }
      return list
    default: return opaque(by: maker, arguments)
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

  /// A tensor with attributes of its own, or of a class of its own: read where it is one underneath.
  private mutating func subclassed(
    _ arguments: ArraySlice<PickleValue>, _ symbol: Int
  ) throws(CheckpointError) -> PickleValue {
    let fields = Array(arguments)
    guard fields.count == 4, let builder = heap.symbol(fields[0]), let type = heap.symbol(fields[1]),
      ["_rebuild_tensor_v2", "_rebuild_tensor_v3", "_rebuild_parameter"].contains(builder.name),
      builder.module == "torch._utils",
      ["torch.Tensor", "torch._tensor.Tensor", "torch.nn.parameter.Parameter"].contains(type.description)
    else { return .unreadable(symbol) }
    return try make(by: fields[0], fields[2])
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
