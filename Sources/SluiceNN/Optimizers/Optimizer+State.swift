public import SluiceTensor

extension Optimizer {
  /// The moments and update counts, by name, for a checkpoint; the tensors are copies.
  ///
  /// A parameter `p` has `exp_avg.p` and `exp_avg_sq.p` (AdamW) or `momentum_buffer.p` (SGD), of its shape, and `step.p`;
  /// and `grad.p` while gradients of several batches are being added up.
  public var state: [String: Tensor] {
    var state: [String: Tensor] = [:]
    for (parameter, own) in snapshot() {
      state["step.\(parameter)"] = Tensor([Float(own.count)], shape: [1])
      state["\(firstName).\(parameter)"] = copy(own.first)
      if let second = own.second { state["exp_avg_sq.\(parameter)"] = copy(second) }
    }
    for parameter in parameters { state["grad.\(parameter.name)"] = parameter.gradient.map(copy) }
    return state
  }

  /// Replaces the moments and counts by those of ``state``.
  /// - Throws: ``OptimizerStateError`` if a name or a shape does not fit the model; nothing has been changed then.
  public func restore(_ state: [String: Tensor]) throws(OptimizerStateError) {
    var restored: [String: Memory] = [:]
    var pending: [String: Tensor] = [:]
    var unknown = Set(state.keys)
    for declaration in declarations {
      if state["grad.\(declaration.name)"] != nil {
        pending[declaration.name] = try tensor("grad", of: declaration, in: state)
      }
      if let count = state["step.\(declaration.name)"] {
        restored[declaration.name] = Memory(
          count: Int(count.scalar), first: try moment(firstName, of: declaration, in: state),
          second: isAdam ? try moment("exp_avg_sq", of: declaration, in: state) : nil)
      }
      unknown.subtract(["step", "grad", firstName].map { "\($0).\(declaration.name)" })
      if isAdam { unknown.remove("exp_avg_sq.\(declaration.name)") }
    }
    if let name = unknown.min() {
      throw OptimizerStateError(
        "the optimiser state has \(name), which this model and optimiser do not know. Resume with the model and optimiser "
          + "of the checkpoint")
    }
    for parameter in parameters { parameter.gradient = pending[parameter.name] }
    replace(restored)
  }

  private var isAdam: Bool {
    if case .adamW = configuration.algorithm { true } else { false }
  }

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
      throw OptimizerStateError("the optimiser state lacks \(name).\(declaration.name). Resume with the same optimiser")
    }
    guard tensor.shape == declaration.shape else {
      throw OptimizerStateError(
        "\(name).\(declaration.name) is \(tensor.shape), the parameter is \(declaration.shape). Resume with the same model"
      )
    }
    return copy(tensor)
  }
}

/// Optimiser state that does not fit the model.
public struct OptimizerStateError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}
