internal import SluiceTensor

extension KeyMap {
  /// A file under the model's names.
  /// - Throws: ``CheckpointError`` if several tensors would have one name.
  public func apply(to source: any TensorSource) throws(CheckpointError) -> MappedSource {
    try apply(to: WeightView(root: source))
  }

  /// What a view shows under the model's names.
  func apply(to view: WeightView) throws(CheckpointError) -> MappedSource {
    var tensors = view.tensors.map { MappedTensor($0.info, as: $0.name, of: view.source) }
    for rule in rules { rule.apply(to: &tensors) }
    return try MappedSource(tensors, of: view.source, stored: view.tensors.map(\.info.name), map: self)
  }

  /// The parameters that such files do not have.
  var fresh: [NamePattern] {
    rules.compactMap { if case .fresh(let pattern) = $0.action { pattern } else { nil } }
  }

  /// How a tensor of a name is fitted to another shape, in the order of trial.
  func fits(for name: String) -> [ShapeFit] {
    rules.compactMap { rule in
      guard case .fit(let pattern, let fit) = rule.action, pattern.matches(name) else { return nil }
      return fit
    }
  }
}

extension KeyMap.Rule {
  fileprivate func apply(to tensors: inout [MappedTensor]) {
    switch action {
    case .take(let prefixes): take(prefixes, &tensors)
    case .drop(let pattern): tensors.removeAll { pattern.matches($0.name) }
    case .rename(let pattern, let new, let isFallback): rename(pattern, new, isFallback, &tensors)
    case .copy(let pattern, let new, let change): copy(pattern, new, change, &tensors)
    case .change(let pattern, let change):
      // A tensor that cannot be changed so is not the one that is meant, and is left over.
      tensors = tensors.compactMap { pattern.matches($0.name) ? $0.changed(change) : $0 }
    case .join(let parts, let new): join(parts, new, &tensors)
    case .split(let pattern, let names): split(pattern, names, &tensors)
    case .fit, .fresh: break
    case .strip, .prefix, .remove, .replace:
      for index in tensors.indices { tensors[index].name = edited(tensors[index].name) }
    }
  }

  private func edited(_ name: String) -> String {
    switch action {
    case .strip(let prefix): return name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
    case .prefix(let prefix, let exceptions):
      let stays = name.hasPrefix(prefix) || exceptions.contains { $0.matches(name) }
      return stays ? name : prefix + name
    case .remove(let text): return name.replacingAll(text, with: "")
    case .replace(let text, let new): return name.replacingAll(text, with: new)
    default: return name
    }
  }

  private func take(_ prefixes: [String], _ tensors: inout [MappedTensor]) {
    guard let prefix = prefixes.first(where: { prefix in tensors.contains { $0.name.hasPrefix(prefix) } }) else {
      return
    }
    tensors.removeAll { !$0.name.hasPrefix(prefix) }
    for index in tensors.indices { tensors[index].name.removeFirst(prefix.count) }
  }

  private func rename(
    _ pattern: NamePattern, _ new: NamePattern, _ isFallback: Bool, _ tensors: inout [MappedTensor]
  ) {
    let known = isFallback ? Set(tensors.map(\.name)) : []
    tensors = tensors.compactMap { tensor in
      guard let captures = pattern.captures(in: tensor.name) else { return tensor }
      var renamed = tensor
      renamed.name = new.filled(with: captures)
      renamed.isRecognized = true
      return known.contains(renamed.name) ? nil : renamed
    }
  }

  private func copy(
    _ pattern: NamePattern, _ new: NamePattern, _ change: ValueChange?, _ tensors: inout [MappedTensor]
  ) {
    var known = Set(tensors.map(\.name))
    for tensor in tensors {
      guard let captures = pattern.captures(in: tensor.name) else { continue }
      let name = new.filled(with: captures)
      guard known.insert(name).inserted, var copy = change.map(tensor.changed) ?? tensor else { continue }
      copy.name = name
      copy.isCopy = true
      tensors.append(copy)
    }
  }

  private func join(_ parts: [Part], _ new: NamePattern, _ tensors: inout [MappedTensor]) {
    let indices = Dictionary(tensors.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    guard let leader = parts.compactMap(\.pattern).first else { return }
    var used: Set<Int> = []
    var joined: [Int: MappedTensor] = [:]
    for (index, tensor) in tensors.enumerated() {
      guard let captures = leader.captures(in: tensor.name) else { continue }
      let found = parts.map { part in part.pattern.flatMap { indices[$0.filled(with: captures)] } }
      guard zip(parts, found).allSatisfy({ $0.pattern == nil || $1 != nil }) else { continue }
      let members = found.map { $0.map { tensors[$0] } }
      guard let result = KeyMap.Rule.joined(members, as: new.filled(with: captures)) else { continue }
      joined[index] = result
      used.formUnion(found.compactMap(\.self))
    }
    tensors = tensors.enumerated().compactMap { index, tensor in
      joined[index] ?? (used.contains(index) ? nil : tensor)
    }
  }

  /// Tensors behind one another, zeros for those that are `nil`; `nil` if their extents differ.
  private static func joined(_ members: [MappedTensor?], as name: String) -> MappedTensor? {
    let named = members.compactMap(\.self)
    guard let first = named.first, !first.shape.isEmpty,
      named.allSatisfy({ $0.shape.count == first.shape.count && $0.shape.dropFirst() == first.shape.dropFirst() })
    else { return nil }
    var shape = first.shape
    shape[0] = members.reduce(0) { $0 + ($1 ?? first).shape[0] }
    return MappedTensor(name, of: named, shape: shape) { () throws(CheckpointError) in
      var values: [Tensor] = []
      for member in members { values.append(try member?.value() ?? .zeros(Shape(first.shape))) }
      return .concatenated(values, axis: 0)
    }
  }

  private func split(_ pattern: NamePattern, _ names: [NamePattern?], _ tensors: inout [MappedTensor]) {
    tensors = tensors.flatMap { tensor -> [MappedTensor] in
      guard let captures = pattern.captures(in: tensor.name) else { return [tensor] }
      guard let extent = tensor.shape.first, extent % names.count == 0 else { return [] }
      let rows = extent / names.count
      return names.enumerated().compactMap { index, name in
        guard let name else { return nil }
        let shape = [rows] + tensor.shape.dropFirst()
        return MappedTensor(name.filled(with: captures), of: [tensor], shape: shape) {
          [value = tensor.value] () throws(CheckpointError) in
          try value().slice(index * rows..<(index + 1) * rows, axis: 0)
        }
      }
    }
  }
}
