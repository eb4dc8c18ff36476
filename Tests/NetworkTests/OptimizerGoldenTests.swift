import SluiceCheckpoints
import SluiceNN
import SluiceTensor
import TestSupport
import Testing

@Suite struct OptimizerGoldenTests {
  @Test func updatesMatchTheReference() throws {
    try Golden.each("timesformer-vivit.optim_adamw", "timesformer-vivit.optim_sgd") { file, check in
      let config = file.config
      let names = file.names(under: "param.")
      let store = try makeStore(file, names.map { ($0, "param.\($0)") })
      let clip: Clipping =
        switch config["clip_kind"].string {
        case "per_parameter": .perTensor(try #require(config["clip"].double))
        case "global": .global(try #require(config["clip"].double))
        default: .none
        }
      var state: [String: Tensor] = [:]
      var norms: [Double] = []
      for step in 0..<(try #require(config["steps"].int)) {
        let rate = try #require(config["lrs"][step].double ?? config["lr"].double)
        let decay = DecaySchedule.constant(try #require(config["weight_decay"].double))
        let configuration: OptimizerConfiguration =
          config["kind"].string == "sgd"
          ? .sgd(
            .constant(rate), weightDecay: decay, momentum: try #require(config["momentum"].double),
            nesterov: config["nesterov"].bool == true, clip: clip)
          : .adamW(
            .constant(rate), weightDecay: decay, betas: try betas(config),
            epsilon: try #require(config["eps"].double), clip: clip)
        // A new optimiser for every step: its exported state must carry everything.
        let optimizer = Optimizer(configuration, store: store)
        try optimizer.restore(state)
        #expect(optimizer.groups[0].members.sorted() == config["no_decay"].strings?.sorted())
        try setGradients(file, store, names.map { ($0, "input.step\(step).grad.\($0)") })
        norms.append(try optimizer.step(at: TrainingProgress(step: step, stepsPerEpoch: 1, epochs: 1)).gradientNorm)
        for name in names { try check("output.step\(step).\(name)", try #require(store[name]).value.floats) }
        state = optimizer.state
      }
      // A file without clipping stores no norms.
      if file.has("output.grad_norm") {
        try check("output.grad_norm", Array(norms.prefix(try file.shape("output.grad_norm")[0])))
      }
    }
  }

  @Test func momentsMatchVideoMAE() throws {
    try Golden.each("videomae.adamw") { file, check in
      for group in try #require(file.config["groups"].array) {
        let name = try #require(group["name"].string)
        let store = try makeStore(file, [(name, "param.\(name)")])
        var state: [String: Tensor] = [:]
        for (step, base) in try #require(file.config["lr"].doubles).enumerated() {
          let rate = base * (try #require(group["lr_scale"].double))
          let optimizer = Optimizer(
            .adamW(
              .constant(rate), weightDecay: .constant(try #require(group["weight_decay"].double)),
              betas: try betas(file.config), epsilon: try #require(file.config["eps"].double)), store: store)
          try optimizer.restore(state)
          try setGradients(file, store, [(name, "input.grad_step\(step).\(name)")])
          try optimizer.step(at: TrainingProgress(step: step, stepsPerEpoch: 1, epochs: 1))
          state = optimizer.state
          try check("output.param_step\(step).\(name)", try #require(store[name]).value.floats)
          try check("output.exp_avg_step\(step).\(name)", try #require(state["exp_avg.\(name)"]).floats)
          try check("output.exp_avg_sq_step\(step).\(name)", try #require(state["exp_avg_sq.\(name)"]).floats)
        }
      }
    }
  }

  private func betas(_ config: JSONValue) throws -> (Double, Double) {
    (try #require(config["betas"][0].double), try #require(config["betas"][1].double))
  }

  private func makeStore(_ file: GoldenFile, _ parameters: [(name: String, key: String)]) throws -> ParameterStore {
    let store = ParameterStore()
    let scope = ParameterScope(store)
    for (name, key) in parameters { _ = scope.weight(name, Shape(try file.shape(key)), .zeros) }
    for (name, key) in parameters {
      try #require(store[name]).assign(Tensor(try file.floats(key), shape: Shape(try file.shape(key))))
    }
    return store
  }

  private func setGradients(_ file: GoldenFile, _ store: ParameterStore, _ keys: [(name: String, key: String)]) throws {
    for (name, key) in keys {
      try #require(store[name]).gradient = Tensor(try file.floats(key), shape: Shape(try file.shape(key)))
    }
  }
}
