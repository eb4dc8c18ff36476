public import SluiceDatasets
public import SluiceFlow
internal import SluiceNN
public import SluiceTensor
public import SluiceTraining

/// Says which classes samples are most likely of.
public struct ClassPrediction: Sendable {
  /// From the samples to logits; its settings may be changed.
  public var pipeline: Pipeline<Prediction<ViewBatch, Tensor>>
  /// The classes by name; empty where only numbers are known.
  public let classes: ClassMap

  public init(pipeline: Pipeline<Prediction<ViewBatch, Tensor>>, classes: ClassMap = ClassMap(numbers: [:])) {
    self.pipeline = pipeline
    self.classes = classes
  }

  /// What one sample shows.
  public struct Ranking: Sendable {
    /// What messages call the sample.
    public let name: String
    /// The likeliest classes with their shares, which sum to 1 over all classes.
    public let classes: [(number: Int, name: String, share: Double)]
  }

  /// The likeliest classes of every sample, in order.
  /// - Parameter count: classes of each sample.
  /// - Throws: what stops the run; the error of a sample that fails; ``RunError`` for a sample of which the network makes
  ///   numbers that are not finite.
  public func rankings(_ count: Int, _ options: RunOptions = RunOptions()) async throws -> [Ranking] {
    var pass = options
    (pass.epochs, pass.steps, pass.start, pass.maxFailures) = (nil, nil, nil, 0)
    return try await pipeline.run(pass) { run in
      var rankings: [Ranking] = []
      for try await prediction in run {
        let (shares, width) = (prediction.output.softmax().floats, prediction.output.shape[1])
        for (row, name) in prediction.batch.names.enumerated() {
          let own = shares[row * width..<(row + 1) * width]
          guard own.allSatisfy(\.isFinite) else {
            throw RunError(
              .weights, "\(name): the network's logits are not finite. Look at its weights with weights info.")
          }
          let best = own.indices.sorted { (-own[$0], $0) < (-own[$1], $1) }.prefix(count)
          let named = best.map { index in
            let number = index - row * width
            return (number: number, name: classes.name(of: number), share: Double(own[index]))
          }
          rankings.append(Ranking(name: name, classes: named))
        }
      }
      return rankings
    }
  }
}
