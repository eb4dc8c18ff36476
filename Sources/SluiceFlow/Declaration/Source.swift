/// A finite list of samples that can be read by number; the head of a pipeline.
///
/// Order, epochs, shuffling, position and resume are the runtime's; a source only reads what it is asked for.
///
/// ```swift
/// struct Numbers: Source {
///   let count: Int
///   func element(at index: Int, context: ElementContext) -> Int { index }
/// }
/// ```
public protocol Source<Output>: ChainPart, Configurable where Input == Never {
  associatedtype Input = Never
  associatedtype Output

  /// The number of samples; does not change while a pipeline runs.
  var count: Int { get }
  /// Reads one sample, on a thread of the pipeline's own, into memory that the element owns. An error drops the sample.
  func element(at index: Int, context: ElementContext) throws -> Output
  /// What messages call the sample: a path, a shard and a clip.
  func name(of index: Int) -> String
}

extension Source {
  public func name(of index: Int) -> String { "sample \(index)" }

  public var pipelinePlan: PipelinePlan {
    PipelinePlan([PlanNode(source: SourceBox(source: self))])
  }

  /// This source in an order drawn anew for each epoch from the run's seed.
  /// - Parameters:
  ///   - seed: mixed with the run's seed, so that two sources of one run can be in different orders.
  ///   - window: how many neighbors stay together, for disks that are slow to seek: the list is cut into runs of this
  ///     length, runs come in random order, and so do the samples of a run. `nil` shuffles the whole list.
  public func shuffled(seed: UInt64 = 0, window: Int? = nil) -> SourceNode<Output> {
    SourceNode(pipelinePlan).shuffled(seed: seed, window: window)
  }

  /// This source again and again: it does not end the run, and beside another one it restarts as often as that needs.
  public func repeated() -> SourceNode<Output> {
    SourceNode(pipelinePlan).repeated()
  }

  /// This source read by several workers at once; the order is kept.
  public func workers(_ count: Int) -> SourceNode<Output> {
    SourceNode(pipelinePlan).workers(count)
  }
}

/// A source with what was said about its order.
public struct SourceNode<Output: Sendable>: ChainPart {
  public typealias Input = Never
  public let pipelinePlan: PipelinePlan

  init(_ plan: PipelinePlan) {
    pipelinePlan = plan
  }

  /// In an order drawn anew for each epoch from the run's seed.
  /// - Parameters:
  ///   - seed: mixed with the run's seed, so that two sources of one run can be in different orders.
  ///   - window: how many neighbors stay together, for disks that are slow to seek: the list is cut into runs of this
  ///     length, runs come in random order, and so do the samples of a run. `nil` shuffles the whole list.
  public func shuffled(seed: UInt64 = 0, window: Int? = nil) -> SourceNode<Output> {
    SourceNode(
      pipelinePlan.changingLast {
        $0.order.shuffleSeed = seed
        $0.order.window = window
      })
  }

  /// Again and again: it does not end the run, and beside another one it restarts as often as that needs.
  public func repeated() -> SourceNode<Output> {
    SourceNode(pipelinePlan.changingLast { $0.order.isRepeated = true })
  }

  /// Read by several workers at once; the order is kept.
  public func workers(_ count: Int) -> SourceNode<Output> {
    SourceNode(pipelinePlan.changingLast { $0.workers = count })
  }
}

/// In which order a source is read.
package struct SourceOrder: Sendable, Equatable {
  package var shuffleSeed: UInt64?
  /// How many neighbors a shuffle keeps together; `nil` for none.
  package var window: Int?
  package var isRepeated: Bool

  package init(shuffleSeed: UInt64? = nil, window: Int? = nil, isRepeated: Bool = false) {
    self.shuffleSeed = shuffleSeed
    self.window = window
    self.isRepeated = isRepeated
  }
}
