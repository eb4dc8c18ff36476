internal import SluicePlatform
public import SluiceTensor

/// A parameter as a model declares it: nothing is allocated for it yet.
public struct ParameterDeclaration: Sendable {
  /// The name in checkpoints, the reference implementation's.
  public let name: String
  /// The extents, outermost first.
  public let shape: Shape
  /// The numbers it begins with.
  public let initializer: Initializer
}

/// The parameters of one model: declared when the model is described, made when they are first used.
///
/// Describing a model costs nothing, so a graph of a pipeline can be drawn without memory for its weights. Whoever
/// trains calls ``initialize(seed:)`` first; a checkpoint that is loaded replaces the initial numbers.
public final class ParameterStore: Sendable {
  fileprivate enum Content {
    case declared
    case made([Parameter])
  }

  fileprivate struct State {
    var declarations: [ParameterDeclaration] = []
    var indices: [String: Int] = [:]
    var frozen: Set<String> = []
    var seed: UInt64 = 0
    var content = Content.declared
  }

  private let state = Lock(State())

  /// Creates an empty store for a model to declare its parameters in.
  public init() {}

  /// All declarations in the model's order, which is the order in checkpoints.
  public var declarations: [ParameterDeclaration] { state.withLock { $0.declarations } }

  /// The number of learned numbers.
  public var elementCount: Int { declarations.reduce(0) { $0 + $1.shape.count } }

  /// All parameters in the model's order; the first use makes them.
  public var parameters: [Parameter] { state.withLock { $0.made() } }

  /// The parameter with a checkpoint name; the first use makes all.
  public subscript(name: String) -> Parameter? {
    state.withLock { state in state.indices[name].map { state.made()[$0] } }
  }

  /// Makes the parameters from `seed`, unless they are there already.
  /// - Returns: whether they were made now.
  @discardableResult
  public func initialize(seed: UInt64) -> Bool {
    state.withLock { state in
      guard case .declared = state.content else { return false }
      state.seed = seed
      _ = state.made()
      return true
    }
  }

  /// Excludes the parameters for which `condition` holds from training; they get no gradient.
  public func freeze(where condition: (String) -> Bool) {
    let names = declarations.map(\.name).filter(condition)
    state.withLock { state in
      state.frozen.formUnion(names)
      guard case .made(let parameters) = state.content else { return }
      for parameter in parameters where state.frozen.contains(parameter.name) { parameter.isFrozen = true }
    }
  }

  /// The names excluded from training.
  public var frozen: Set<String> { state.withLock { $0.frozen } }

  /// Copies of nothing: the parameters' values by checkpoint name, sharing their memory.
  public var values: [String: Tensor] {
    Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.value.detached) })
  }

  func declare(_ declaration: ParameterDeclaration) -> Weight {
    state.withLock { state in
      guard case .declared = state.content else {
        preconditionFailure("\(declaration.name): a model declares its parameters before they are used")
      }
      precondition(state.indices[declaration.name] == nil, "two parameters are called \(declaration.name)")
      state.indices[declaration.name] = state.declarations.count
      state.declarations.append(declaration)
    }
    return Weight(store: self, declaration: declaration)
  }

  fileprivate func value(of name: String) -> Tensor {
    if let value = Substitutes.current[ObjectIdentifier(self)]?[name] { return value }
    return state.withLock { state in
      // A weight exists only for what was declared.
      state.made()[state.indices[name]!].value
    }
  }
}

extension ParameterStore.State {
  mutating func made() -> [Parameter] {
    if case .made(let parameters) = content { return parameters }
    // Each parameter has a generator of its own, so they can be drawn in any order.
    let values = Lock([Tensor?](repeating: nil, count: declarations.count))
    let (declarations, seed) = (declarations, seed)
    Compute.current.team.forEach(declarations.count) { index in
      let value = declarations[index].initialValue(seed: seed)
      values.withLock { $0[index] = value }
    }
    let parameters = zip(declarations, values.withLock { $0 }).map { declaration, value in
      // The team wrote every value.
      Parameter(declaration.name, value!, isFrozen: frozen.contains(declaration.name))
    }
    content = .made(parameters)
    return parameters
  }
}

extension ParameterDeclaration {
  fileprivate func initialValue(seed: UInt64) -> Tensor {
    Tensor(shape) { elements in
      let frameSize = shape.rank >= 2 ? shape[-1] * shape[-2] : shape.count
      initializer.fill(&elements, frameSize: frameSize, name: name, seed: seed)
    }
  }
}

/// A model's handle on one of its parameters.
public struct Weight: Sendable {
  private let store: ParameterStore
  private let declaration: ParameterDeclaration

  fileprivate init(store: ParameterStore, declaration: ParameterDeclaration) {
    self.store = store
    self.declaration = declaration
  }

  /// The name in checkpoints.
  public var name: String { declaration.name }
  /// The extents, outermost first.
  public var shape: Shape { declaration.shape }
  /// The numbers now; gradients of what is computed from them reach the parameter.
  public var value: Tensor { store.value(of: name) }
}

/// A place in a store under which a module declares its parameters: a prefix of their names.
public struct ParameterScope: Sendable {
  /// The store behind.
  public let store: ParameterStore
  private let prefix: String

  /// A scope whose names begin with `prefix`, which includes its dot.
  public init(_ store: ParameterStore, prefix: String = "") {
    self.store = store
    self.prefix = prefix
  }

  /// The scope of a part, for example `scope["blocks.0.attn"]`.
  public subscript(part: String) -> ParameterScope { ParameterScope(store, prefix: prefix + part + ".") }

  /// Declares a parameter of this scope.
  public func weight(_ name: String, _ shape: Shape, _ initializer: Initializer) -> Weight {
    store.declare(ParameterDeclaration(name: prefix + name, shape: shape, initializer: initializer))
  }
}
