/// Finds the tensors in what a pickle built and gives them names.
///
/// Entries of containers are joined with `/`, as `optimizer/state/0/exp_avg`; parameters and buffers of whole modules
/// with `.`, which gives the names of a state dict. What is in an object that means nothing here is looked through for
/// tensors by its attributes, entries and elements.
struct TensorCollector {
  private(set) var tensors: [(name: String, tensor: Int)] = []
  /// Tensors of kinds that are not read, with what they are.
  private(set) var unreadable: [(name: String, what: String)] = []
  /// Objects that mean nothing here, with the class or function they are of.
  private(set) var objects: [(name: String, maker: String)] = []
  /// Plain values beside the tensors: epochs, versions, the sizes a module was made with.
  private(set) var attributes: [String: JSONValue] = [:]

  private let heap: PickleHeap
  private let path: String
  private var visitCount = 0
  private var nameByteCount = 0
  private let limit: Int
  /// The tensor of each name that has been given.
  private var given: [String: Int] = [:]
  /// Objects, and lists and dictionaries inside objects, that were looked through: they may refer to each other in circles.
  private var known: (objects: Set<Int>, lists: Set<Int>, dictionaries: Set<Int>) = ([], [], [])

  /// Collects everything below `root`.
  ///
  /// - Parameter byteCount: length of the file. A value that is used many times in several containers may be visited often,
  ///   but not without bound: visits and the text of names are limited by a multiple of this.
  init(
    _ root: PickleValue, in heap: PickleHeap, path: String, byteCount: Int, isScript: Bool
  ) throws(CheckpointError) {
    self.heap = heap
    self.path = path
    limit = 16 * max(byteCount, 1 << 16)
    switch root {
    case .tensor, .unreadable: try leaf(root, "tensor")
    case .dict, .list, .tuple: try container(root, prefix: "", depth: 0)
    case .object(let object):
      if isModule(object) {
        try module(object, prefix: "", depth: 0)
      } else if isScript {
        try script(object, prefix: "", depth: 0)
      } else {
        try inside(object, "", depth: 0)
        guard tensors.isEmpty, unreadable.isEmpty else { break }
        throw CheckpointError(
          .unsupported, file: path,
          "holds one object of \(heap.symbols[heap.objects[object].symbol].description), which is neither a module nor a"
            + " dictionary of tensors")
      }
    default: throw CheckpointError(.unsupported, file: path, "holds \(root.kind) and no tensors")
    }
  }

  private mutating func visit(_ name: String, depth: Int) throws(CheckpointError) {
    visitCount += 1
    nameByteCount += name.utf8.count
    guard depth <= PickleMachine.deepestNesting else {
      throw CheckpointError(
        .refused, file: path, "\(name.suffix(80)): nested deeper than \(PickleMachine.deepestNesting), or inside itself"
      )
    }
    guard visitCount <= limit, nameByteCount <= limit else {
      throw CheckpointError(.refused, file: path, "names far more values than a file of its size can hold")
    }
  }

  private mutating func leaf(_ value: PickleValue, _ name: String, isInside: Bool = false) throws(CheckpointError) {
    switch value {
    case .tensor(let tensor): try add(tensor, name, isInside: isInside)
    case .unreadable(let symbol):
      let maker = heap.symbols[symbol]
      let what = maker.module.hasPrefix("numpy") ? "an array" : "a tensor"
      unreadable.append((name, "\(what) made by \(maker.description)"))
    case .object(let object):
      if !isInside { objects.append((name, heap.symbols[heap.objects[object].symbol].description)) }
    case .symbol(let symbol):
      if !isInside { objects.append((name, heap.symbols[symbol].description)) }
    default: if !isInside, let plain = plain(value) { attributes[name] = plain }
    }
  }

  /// A tensor under its name; the attribute of an object may have the name of one of its entries.
  private mutating func add(_ tensor: Int, _ name: String, isInside: Bool) throws(CheckpointError) {
    var name = name
    while let other = given[name] {
      if other == tensor, isInside { return }
      guard isInside else { throw CheckpointError(.malformed, file: path, "two tensors would be called \(name)") }
      name += "#"
      try visit(name, depth: 0)
    }
    given[name] = tensor
    if heap.tensors[tensor].type == nil {
      unreadable.append((name, "a tensor of \(heap.tensors[tensor].typeName) elements"))
    } else {
      tensors.append((name, tensor))
    }
  }

  private func plain(_ value: PickleValue) -> JSONValue? {
    switch value {
    case .none: .null
    case .bool(let value): .bool(value)
    case .int(let value): .integer(value)
    case .double(let value): .number(value)
    case .string(let index): .string(heap.strings[index])
    default: nil
    }
  }

  /// A dictionary, list or tuple.
  /// - Parameter isInside: whether it belongs to an object that means nothing here, of which only tensors are wanted.
  private mutating func container(
    _ value: PickleValue, prefix: String, depth: Int, isInside: Bool = false
  ) throws(CheckpointError) {
    switch value {
    case .dict(let index):
      guard !isInside || known.dictionaries.insert(index).inserted else { return }
      for (position, entry) in heap.dicts[index].entries.enumerated() {
        try member(entry.value, prefix + keyText(entry.key, position), depth: depth, isInside)
      }
    case .list(let index):
      guard !isInside || known.lists.insert(index).inserted else { return }
      for (position, element) in heap.lists[index].enumerated() {
        try member(element, prefix + "\(position)", depth: depth, isInside)
      }
    case .tuple(let index):
      for (position, element) in heap.elements(index).enumerated() {
        try member(element, prefix + "\(position)", depth: depth, isInside)
      }
    default: break
    }
  }

  private mutating func member(
    _ value: PickleValue, _ name: String, depth: Int, _ isInside: Bool
  ) throws(CheckpointError) {
    if isInside, depth >= PickleMachine.deepestNesting {
      unreadable.append((name, "nested deeper than \(PickleMachine.deepestNesting)"))
      return
    }
    try visit(name, depth: depth + 1)
    switch value {
    case .dict, .list, .tuple: try container(value, prefix: name + "/", depth: depth + 1, isInside: isInside)
    case .object(let object) where isModule(object): try module(object, prefix: name + "/", depth: depth + 1)
    case .object(let object):
      try leaf(value, name, isInside: isInside)
      try inside(object, name + "/", depth: depth + 1)
    default: try leaf(value, name, isInside: isInside)
    }
  }

  /// The tensors in an object that means nothing here.
  private mutating func inside(_ object: Int, _ prefix: String, depth: Int) throws(CheckpointError) {
    guard known.objects.insert(object).inserted else { return }
    let content = heap.objects[object]
    switch content.state {
    case .tuple(let tuple):
      // Attributes in a dictionary, and those in slots in another.
      for part in heap.elements(tuple) { try container(part, prefix: prefix, depth: depth, isInside: true) }
    default: try container(content.state, prefix: prefix, depth: depth, isInside: true)
    }
    for (position, item) in content.items.enumerated() {
      try member(item.value, prefix + keyText(item.key, position), depth: depth, true)
    }
    for (position, element) in content.elements.enumerated() {
      try member(element, prefix + "\(position)", depth: depth, true)
    }
    try container(content.arguments, prefix: prefix, depth: depth, isInside: true)
  }

  private func keyText(_ key: PickleValue, _ position: Int) -> String {
    switch key {
    case .string(let index): heap.strings[index]
    case .int(let value): "\(value)"
    case .bool(let value): value ? "True" : "False"
    case .double(let value): "\(value)"
    case .none: "None"
    default: "#\(position)"
    }
  }

  /// The attributes of an object: its state, or the first part of a state that has two.
  private func state(_ object: Int) -> PickleDictionary? {
    switch heap.objects[object].state {
    case .dict(let index): return heap.dicts[index]
    case .tuple(let tuple):
      if heap.tuples[tuple].count == 2, case .dict(let index)? = heap.elements(tuple).first { return heap.dicts[index] }
      return nil
    default: return nil
    }
  }

  private func isModule(_ object: Int) -> Bool {
    guard let state = state(object) else { return false }
    return ["_parameters", "_buffers", "_modules"].contains { state[$0] != nil }
  }

  /// A whole module: its parameters, its buffers, then those of its parts.
  private mutating func module(_ object: Int, prefix: String, depth: Int) throws(CheckpointError) {
    guard let state = state(object) else { return }
    for group in ["_parameters", "_buffers"] {
      guard case .dict(let index)? = state[group] else { continue }
      for (position, entry) in heap.dicts[index].entries.enumerated() {
        let name = prefix + keyText(entry.key, position)
        try visit(name, depth: depth)
        switch entry.value {
        case .tensor, .unreadable: try leaf(entry.value, name)
        default: break
        }
      }
    }
    if case .dict(let index)? = state["_modules"] {
      for (position, entry) in heap.dicts[index].entries.enumerated() {
        let name = prefix + keyText(entry.key, position)
        try visit(name, depth: depth)
        if case .object(let part) = entry.value { try module(part, prefix: name + ".", depth: depth + 1) }
      }
    }
    if depth == 0 { collectAttributes(state) }
  }

  /// A TorchScript module: attributes that are tensors, and those of its parts.
  private mutating func script(_ object: Int, prefix: String, depth: Int) throws(CheckpointError) {
    guard let state = state(object) else { return }
    for (position, entry) in state.entries.enumerated() {
      let name = prefix + keyText(entry.key, position)
      try visit(name, depth: depth)
      switch entry.value {
      case .tensor, .unreadable: try leaf(entry.value, name)
      case .object(let part): try script(part, prefix: name + ".", depth: depth + 1)
      default: break
      }
    }
    if depth == 0 { collectAttributes(state) }
  }

  private mutating func collectAttributes(_ state: PickleDictionary) {
    for (position, entry) in state.entries.enumerated() {
      if let plain = plain(entry.value) { attributes[keyText(entry.key, position)] = plain }
    }
  }
}
