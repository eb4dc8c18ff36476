public import SluiceTensor

extension Optimizer {
  /// The moments, update counts and averages, by name, for a checkpoint; the tensors are copies.
  ///
  /// A parameter `p` has `exp_avg.p` and `exp_avg_sq.p` (AdamW, Adam) or `momentum_buffer.p` (SGD), of its shape, and
  /// `step.p`; `ema.p` where an average of the weights is kept, which has moved `ema_updates` times; and `grad.p` while gradients of
  /// several batches are being added up.
  public var state: [String: Tensor] {
    var state: [String: Tensor] = average?.state ?? [:]
    for (parameter, own) in snapshot() {
      state["step.\(parameter)"] = Tensor([Float(own.count)], shape: [1])
      state["\(firstName).\(parameter)"] = copy(own.first)
      if let second = own.second { state["exp_avg_sq.\(parameter)"] = copy(second) }
    }
    for parameter in parameters { state["grad.\(parameter.name)"] = parameter.gradient.map(copy) }
    return state
  }

  /// Replaces the moments, counts and averages by those of ``state``.
  ///
  /// - Returns: what became of the average, where state and configuration differ in whether one is kept.
  /// - Throws: ``OptimizerStateError`` if a name, a shape or a count does not fit the model; nothing has been changed then.
  @discardableResult
  public func restore(_ state: [String: Tensor]) throws(OptimizerStateError) -> AverageChange? {
    var restored: [String: Memory] = [:]
    var pending: [String: Tensor] = [:]
    var averages: [Parameter] = []
    var unknown = Set(state.keys)
    for declaration in declarations {
      if state["grad.\(declaration.name)"] != nil {
        pending[declaration.name] = try tensor("grad", of: declaration, in: state)
      }
      if let updates = state["step.\(declaration.name)"] {
        restored[declaration.name] = Memory(
          count: try count("step.\(declaration.name)", updates),
          first: try moment(firstName, of: declaration, in: state),
          second: isAdam ? try moment("exp_avg_sq", of: declaration, in: state) : nil)
      }
      if keepsAverage(of: declaration, in: state) {
        let value = try tensor("ema", of: declaration, in: state)
        averages.append(Parameter(declaration.name, .persistentCopy(of: value), isFrozen: true))
      }
      unknown.subtract(["step", "grad", "ema", firstName].map { "\($0).\(declaration.name)" })
      if isAdam { unknown.remove("exp_avg_sq.\(declaration.name)") }
    }
    var moves = 0
    if let known = state[AveragedWeights.countName] { moves = try count(AveragedWeights.countName, known) }
    unknown.remove(AveragedWeights.countName)
    if let name = unknown.min() {
      throw OptimizerStateError(
        "the optimizer state has \(name), which this model and optimizer do not know. Resume with the model and optimizer "
          + "of the checkpoint")
    }
    for parameter in parameters { parameter.gradient = pending[parameter.name] }
    replace(restored)
    average?.restore(averages, count: moves)
    let (isSaved, isKept) = (state[AveragedWeights.countName] != nil, average != nil)
    return isSaved == isKept || restored.isEmpty ? nil : isSaved ? .dropped : .begun
  }

  /// Whether the average of a parameter is to be taken from `state`: of a state with averages, all that are not frozen.
  private func keepsAverage(of declaration: ParameterDeclaration, in state: [String: Tensor]) -> Bool {
    guard average != nil, state[AveragedWeights.countName] != nil else { return false }
    return state["ema.\(declaration.name)"] != nil || !frozen.contains(declaration.name)
  }

  private var isAdam: Bool { configuration.algorithm.momentCount > 1 }

  private var firstName: String { isAdam ? "exp_avg" : "momentum_buffer" }

  // Moments change in place and must share memory with nobody.
  private func copy(_ tensor: Tensor) -> Tensor { Tensor(tensor.floats, shape: tensor.shape) }

  private func copy(_ moment: Parameter) -> Tensor { copy(moment.value) }

  private func moment(
    _ name: String, of declaration: ParameterDeclaration, in state: [String: Tensor]
  ) throws(OptimizerStateError) -> Parameter {
    Parameter("\(name) of \(declaration.name)", try tensor(name, of: declaration, in: state))
  }

  private func tensor(
    _ name: String, of declaration: ParameterDeclaration, in state: [String: Tensor]
  ) throws(OptimizerStateError) -> Tensor {
    guard let tensor = state["\(name).\(declaration.name)"] else {
      throw OptimizerStateError("the optimizer state lacks \(name).\(declaration.name). Resume with the same optimizer")
    }
    guard tensor.shape == declaration.shape else {
      throw OptimizerStateError(
        "\(name).\(declaration.name) is \(tensor.shape), the parameter is \(declaration.shape). Resume with the same model"
      )
    }
    return copy(tensor)
  }

  private func count(_ name: String, _ tensor: Tensor) throws(OptimizerStateError) -> Int {
    guard tensor.count == 1, let count = Int(exactly: tensor.scalar), count >= 0 else {
      throw OptimizerStateError(
        "\(name) is \(tensor.count == 1 ? "\(tensor.scalar)" : "\(tensor.shape)"), a number of updates is wanted. Resume "
          + "from another checkpoint")
    }
    return count
  }
}

/// What becomes of an average when a state is restored that was saved with averages and the present configuration keeps none,
/// or the reverse.
public enum AverageChange: Sendable, Equatable {
  /// It begins anew with the next update, for the state has none.
  case begun
  /// That of the state is left out, for none is kept.
  case dropped
}

/// Optimizer state that does not fit the model.
public struct OptimizerStateError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}
