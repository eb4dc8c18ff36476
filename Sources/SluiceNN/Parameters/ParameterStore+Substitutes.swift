internal import SluiceTensor

/// Values that models read in place of their parameters, by store; they belong to the task.
enum Substitutes {
  @TaskLocal static var current: [ObjectIdentifier: [String: Tensor]] = [:]
}

extension ParameterStore {
  /// Runs `body` with models of this store reading `values` where their parameters have the same names.
  ///
  /// Nothing is copied: only this task and those started inside read them, and the store's parameters stay what they are.
  /// No gradient flows to what is read.
  func substituting<Result>(_ values: [String: Tensor], _ body: () throws -> Result) rethrows -> Result {
    try Substitutes.$current.withValue(substitutes(values)) { try body() }
  }

  /// As the synchronous one, for an asynchronous `body`.
  func substituting<Result>(
    _ values: [String: Tensor], isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
  ) async rethrows -> Result {
    try await Substitutes.$current.withValue(
      substitutes(values), operation: { try await body() }, isolation: isolation)
  }

  private func substitutes(_ values: [String: Tensor]) -> [ObjectIdentifier: [String: Tensor]] {
    var all = Substitutes.current
    all[ObjectIdentifier(self)] = values.mapValues(\.detached)
    return all
  }
}
