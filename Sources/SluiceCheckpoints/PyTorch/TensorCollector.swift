/// Finds the tensors in what a pickle built and gives them names.
///
/// Entries of containers are joined with `/`, as `optimizer/state/0/exp_avg`; parameters and buffers of whole modules
/// with `.`, which gives the names of a state dict.
struct TensorCollector {
  private(set) var tensors: [(name: String, tensor: Int)] = []
  /// Tensors of kinds that are not read, with what they are.
  private(set) var unreadable: [(name: String, what: String)] = []
  /// Plain values beside the tensors: epochs, versions, the sizes a module was made with.
  private(set) var attributes: [String: JSONValue] = [:]

  private let heap: PickleHeap
  private let path: String
  private var visitCount = 0
  private var nameByteCount = 0
  private let limit: Int

  /// Collects everything below `root`.
  ///
  /// - Parameter byteCount: length of the file. A value that is used many times in many places may be visited often,
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
        throw CheckpointError(
          .unsupported, file: path,
          "holds one object of \(heap.symbols[heap.objects[object].symbol].description), which is neither a module nor a"
            + " dictionary of tensors")
      }
    default: throw CheckpointError(.unsupported, file: path, "holds \(root.kind) and no tensors")
    }
    var seen: Set<String> = []
    for (name, _) in tensors where !seen.insert(name).inserted {
      throw CheckpointError(.malformed, file: path, "two tensors would be called \(name)")
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

  private mutating func leaf(_ value: PickleValue, _ name: String) throws(CheckpointError) {
    switch value {
    case .tensor(let tensor):
      let storage = heap.storages[heap.tensors[tensor].storage]
      if storage.type == nil {
        unreadable.append((name, "elements of \(storage.typeName)"))
      } else {
        tensors.append((name, tensor))
      }
    case .unreadable(let symbol): unreadable.append((name, "a tensor made by \(heap.symbols[symbol].description)"))
    default: if let plain = plain(value) { attributes[name] = plain }
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
  private mutating func container(_ value: PickleValue, prefix: String, depth: Int) throws(CheckpointError) {
    switch value {
    case .dict(let index):
      for (place, entry) in heap.dicts[index].entries.enumerated() {
        try member(entry.value, prefix + keyText(entry.key, place), depth: depth)
      }
    case .list(let index):
      for (place, element) in heap.lists[index].enumerated() { try member(element, prefix + "\(place)", depth: depth) }
    case .tuple(let index):
      for (place, element) in heap.elements(index).enumerated() {
        try member(element, prefix + "\(place)", depth: depth)
      }
    default: break
    }
  }

  private mutating func member(_ value: PickleValue, _ name: String, depth: Int) throws(CheckpointError) {
    try visit(name, depth: depth + 1)
    switch value {
    case .dict, .list, .tuple: try container(value, prefix: name + "/", depth: depth + 1)
    case .object(let object) where isModule(object): try module(object, prefix: name + "/", depth: depth + 1)
    default: try leaf(value, name)
    }
  }

  private func keyText(_ key: PickleValue, _ place: Int) -> String {
    switch key {
    case .string(let index): heap.strings[index]
    case .int(let value): "\(value)"
    case .bool(let value): value ? "True" : "False"
    case .double(let value): "\(value)"
    case .none: "None"
    default: "#\(place)"
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
      for (place, entry) in heap.dicts[index].entries.enumerated() {
        let name = prefix + keyText(entry.key, place)
        try visit(name, depth: depth)
        switch entry.value {
        case .tensor, .unreadable: try leaf(entry.value, name)
        default: break
        }
      }
    }
    if case .dict(let index)? = state["_modules"] {
      for (place, entry) in heap.dicts[index].entries.enumerated() {
        let name = prefix + keyText(entry.key, place)
        try visit(name, depth: depth)
        if case .object(let part) = entry.value { try module(part, prefix: name + ".", depth: depth + 1) }
      }
    }
    if depth == 0 { collectAttributes(state) }
  }

  /// A TorchScript module: attributes that are tensors, and those of its parts.
  private mutating func script(_ object: Int, prefix: String, depth: Int) throws(CheckpointError) {
    guard let state = state(object) else { return }
    for (place, entry) in state.entries.enumerated() {
      let name = prefix + keyText(entry.key, place)
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
    for (place, entry) in state.entries.enumerated() {
      if let plain = plain(entry.value) { attributes[keyText(entry.key, place)] = plain }
    }
  }
}
