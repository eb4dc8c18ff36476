/// A step of a pipeline: turns elements of one type into elements of another, one at a time.
///
/// A stage is a description and holds no state of a run; see ``Transform`` for state of a worker.
public protocol Stage<Input, Output>: ChainPart, Configurable {
  associatedtype Input
  associatedtype Output

  /// Turns one element into another.
  ///
  /// An output owns its memory: whoever takes it may keep it for as long as it likes, also when the run is over, so what a
  /// stage writes into again is no part of it.
  ///
  /// Runs on a thread of the pipeline's own, so it may compute and block. An error drops the sample: it is counted and
  /// named, and the next of the epoch's order takes the place.
  nonisolated(nonsending) func callAsFunction(_ input: Input, context: ElementContext) async throws -> Output
}

/// A stage whose workers keep something between elements: a decoder, a scratch buffer.
public protocol Transform<Input, Output>: Stage {
  associatedtype Input
  associatedtype Output
  associatedtype Worker

  /// Makes what one worker keeps; called once for each worker, on its thread.
  func makeWorker() throws -> Worker
  func callAsFunction(_ input: Input, worker: inout Worker, context: ElementContext) throws -> Output
}

extension Transform {
  public nonisolated(nonsending) func callAsFunction(_ input: Input, context: ElementContext) async throws -> Output {
    var worker = try makeWorker()
    return try self(input, worker: &worker, context: context)
  }
}

extension Stage {
  public var pipelinePlan: PipelinePlan {
    PipelinePlan([PlanNode(stage: StageBox(stage: self))])
  }
}

extension Transform {
  public var pipelinePlan: PipelinePlan {
    PipelinePlan([PlanNode(stage: TransformBox(stage: self))])
  }
}
