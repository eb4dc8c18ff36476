public import SluiceFlow
public import SluiceNN
internal import SluiceTensor

/// How a classifier did on all samples of an evaluation.
public struct EvaluationResult: Sendable {
  /// Which class was taken for which, and how often the label was among the five most favoured.
  public let counts: ClassificationCounts
  /// The mean cross-entropy.
  public let loss: Double
  /// The samples that failed.
  public let failures: FailureLog

  /// What stands in the log of a run.
  public var metrics: [String: Double] {
    ["val_top1": counts.top1, "val_top5": counts.top5, "val_loss": loss]
  }
}

extension Evaluation {
  /// Looks at every sample once and counts.
  ///
  /// Tensors compute on the threads of the running ``Compute``.
  /// - Parameters:
  ///   - options: seed, threads and tolerated failures; always one pass.
  ///   - stop: looked at after each batch.
  ///   - observe: gets the number of samples that have been judged.
  /// - Returns: `nil` if it was stopped.
  /// - Throws: what stops the run; ``FlowError`` if too many samples fail.
  public func result(
    _ options: RunOptions = RunOptions(), stop: StopRequest? = nil, observe: (Int) -> Void = { _ in }
  ) async throws -> EvaluationResult? {
    var pass = options
    (pass.epochs, pass.steps, pass.start) = (nil, nil, nil)
    return try await pipeline.run(pass) { run in
      var counts = ClassificationCounts(classCount: classCount)
      var loss = 0.0
      for try await prediction in run {
        // Holds: a labelled evaluation gives each sample its class.
        let labels = prediction.batch.compactMap(\.label)
        counts.add(logits: prediction.values, labels: labels)
        loss += Double(prediction.values.crossEntropy(labels: labels).scalar) * Double(labels.count)
        observe(counts.sampleCount)
        if stop?.isMade == true { return nil }
      }
      return EvaluationResult(
        counts: counts, loss: loss / Double(max(counts.sampleCount, 1)), failures: run.position.failures)
    }
  }

  /// What one sample was taken for.
  public struct Guess: Sendable {
    /// What messages call the sample.
    public let name: String
    /// The most favoured classes with their shares, which sum to 1 over all classes.
    public let classes: [(number: Int, name: String, share: Double)]
  }

  /// The most favoured classes of every sample, in order.
  /// - Parameter count: classes of each sample.
  /// - Throws: what stops the run; the error of a sample that fails.
  public func guesses(_ count: Int, _ options: RunOptions = RunOptions()) async throws -> [Guess] {
    var pass = options
    (pass.epochs, pass.steps, pass.start, pass.maxFailures) = (nil, nil, nil, 0)
    return try await pipeline.run(pass) { run in
      var guesses: [Guess] = []
      for try await prediction in run {
        let shares = prediction.values.softmax().floats
        for (row, sample) in prediction.batch.enumerated() {
          let own = shares[row * classCount..<(row + 1) * classCount]
          let best = own.indices.sorted { (-own[$0], $0) < (-own[$1], $1) }.prefix(count)
          let named = best.map { place in
            let number = place - row * classCount
            return (number: number, name: classes.name(of: number), share: Double(own[place]))
          }
          guesses.append(Guess(name: sample.name, classes: named))
        }
      }
      return guesses
    }
  }
}
