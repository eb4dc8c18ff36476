/// Two streams as one: the first elements of both, the second ones, and so on.
///
/// ```swift
/// let images = Segment { Images(list).shuffled(); Resize(224) }
/// let numbers = Segment { Numbers(count: 100).shuffled().repeated(); Square() }
/// let pairs = Zip(images, numbers)   // (Photo, Int)
/// Zip(images.batch(64), numbers.batch(16)) { images, numbers in MixedBatch(images: images, numbers: numbers) }
/// ```
/// Each stream has a position of its own. The run's epochs are those of the first source that is not `repeated()`; the
/// other one starts again as often as that needs. A failed sample of one stream does not cost one of the other.
public struct Zip<Output: Sendable>: ChainPart {
  public typealias Input = Never
  public let pipelinePlan: PipelinePlan

  /// Pairs of the two streams' elements.
  public init<First: Sendable, Second: Sendable>(
    _ first: some PipelinePart<Never, First>, _ second: some PipelinePart<Never, Second>
  ) where Output == (First, Second) {
    self.init(first, second) { ($0, $1) }
  }

  /// What `join` makes of the two streams' elements.
  ///
  /// An error of `join` drops the samples of both, if they are single ones; if one of them is a batch, it ends the run.
  public init<First: Sendable, Second: Sendable>(
    _ first: some PipelinePart<Never, First>, _ second: some PipelinePart<Never, Second>,
    join: @escaping @Sendable (First, Second) throws -> Output
  ) {
    let zip = ZipPlan(streams: [first.pipelinePlan, second.pipelinePlan]) { one, other in
      // Holds: these are the outputs of the two plans beside.
      try join(one as! First, other as! Second)
    }
    pipelinePlan = PipelinePlan([PlanNode(zip: zip, outputType: typeName(Output.self))])
  }
}
