internal import Glibc
internal import SluiceNN
internal import SluicePlatform
internal import SluiceTensor

extension TrainTask {
  /// How long the parts of a step took, seconds.
  struct Phases {
    var forward = 0.0
    var backward = 0.0
    var update = 0.0
  }

  /// What the peers call it.
  var phase: String { if case .training = work { "train" } else { "infer" } }

  /// Steps until all is in its place: the first makes the optimizer's memory, the second the weights' copies where updates
  /// leave them.
  var warmUpCount: Int { if case .training = work { 3 } else { 1 } }

  /// Takes a step.
  /// - Parameter number: from 1.
  func step(_ number: Int) throws -> Phases {
    let start = Timings.now(CLOCK_MONOTONIC)
    switch work {
    case .training(_, let optimizer, let loss):
      let loss = try loss()
      let middle = Timings.now(CLOCK_MONOTONIC)
      loss.backward()
      let end = Timings.now(CLOCK_MONOTONIC)
      try optimizer.step(at: TrainingProgress(step: number, stepsPerEpoch: 1000, epochs: 1))
      return Phases(forward: middle - start, backward: end - middle, update: Timings.now(CLOCK_MONOTONIC) - end)
    case .inference(let tokens):
      _ = try tokens()
      return Phases(forward: Timings.now(CLOCK_MONOTONIC) - start)
    }
  }

  /// How far a step in bfloat16 is from one in single precision, as a sentence.
  func errors(_ compute: Compute) throws -> String {
    switch work {
    case .training(let parameters, _, let loss):
      return "\(try GradientErrors(name, parameters, compute, loss))"
    case .inference(let tokens):
      let (exact, found) = (try compute.with(.float32).run(tokens), try compute.run(tokens))
      let others = zip(exact, found).count { $0 != $1 }
      let share = Double(others) / Double(exact.count)
      return "\(name): \(share.percentText) of \(exact.count) tokens in bf16 are not those of fp32"
    }
  }
}
