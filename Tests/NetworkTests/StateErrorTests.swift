import SluiceNN
import SluiceTensor
import Testing

/// State and weights of another model or optimizer are refused in a sentence, and change nothing.
@Suite struct StateErrorTests {
  private func store() -> ParameterStore {
    let store = ParameterStore()
    _ = ParameterScope(store).weight("w", [2, 2], .normal(1))
    store.initialize(seed: 5)
    return store
  }

  @Test(
    arguments: [
      (["step.w": [1]], [], "the optimizer state lacks exp_avg.w. Resume with the same optimizer"),
      (["step.w": [2]], [1.5], "step.w is [2], a number of updates is wanted. Resume from another checkpoint"),
      (["step.w": [1]], [1.5], "step.w is 1.5, a number of updates is wanted. Resume from another checkpoint"),
      (["grad.w": [4]], [], "grad.w is [4], the parameter is [2, 2]. Resume with the same model"),
      (
        ["momentum_buffer.w": [2, 2]], [],
        "the optimizer state has momentum_buffer.w, which this model and optimizer do not know. Resume with the model and "
          + "optimizer of the checkpoint"
      ),
    ] as [([String: Shape], [Float], String)])
  func optimizerStateThatDoesNotFitIsRefused(shapes: [String: Shape], values: [Float], sentence: String) {
    let store = store()
    let optimizer = Optimizer(.adamW(.constant(0.1)), store: store)
    let before = optimizer.state.keys.sorted()
    let state = shapes.mapValues { shape in
      values.isEmpty ? Tensor.full(shape, 1) : Tensor.full(shape, values[0])
    }
    let error = #expect(throws: OptimizerStateError.self) { try optimizer.restore(state) }
    #expect(error?.description == sentence)
    #expect(optimizer.state.keys.sorted() == before)
  }

  @Test func weightsOfAnotherModelAreRefused() throws {
    let store = store()
    let values = store.values["w"]?.floats
    let shape = #expect(throws: ParameterLoadError.self) { try store.load(["w": .zeros([3])], mode: .present) }
    #expect(
      shape?.description
        == "w: the checkpoint has [3], the model [2, 2]\nConfigure the model as the checkpoint's was")
    #expect(store.values["w"]?.floats == values)
    let head = ParameterStore()
    _ = ParameterScope(head).weight("head.weight", [2, 2], .normal(1))
    let other = #expect(throws: ParameterLoadError.self) {
      try head.load(["head.weigth": .zeros([2, 2])], mode: .exact)
    }
    #expect(
      other?.description.hasSuffix("head.weight may be head.weigth there.\nIs the checkpoint of another model?") == true
    )
  }
}
