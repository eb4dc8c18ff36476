/// Two streams as one: the first elements of both, the second ones, and so on.
///
/// ```swift
/// Zip(Segment { Images(list).shuffled(); Resize(224) }, Segment { Videos(clips).shuffled(); Decode() })
/// ```
/// Each stream has a position of its own. The run's epochs are those of the first source that is not `repeated()`; the
/// other one starts again as often as that needs. A failed sample of one stream does not cost one of the other.
public struct Zip<First: Sendable, Second: Sendable>: PipelinePart {
  public typealias Input = Never
  public typealias Output = (First, Second)
  public let pipelinePlan: PipelinePlan

  /// Pairs of the two streams' elements.
  public init(
    _ first: some PipelinePart<Never, First>, _ second: some PipelinePart<Never, Second>
  ) {
    let zip = ZipPlan(streams: [first.pipelinePlan, second.pipelinePlan]) { one, other in
      // Holds: these are the outputs of the two plans beside.
      (one as! First, other as! Second)
    }
    pipelinePlan = PipelinePlan([PlanNode(zip: zip, outputType: typeName(Output.self))])
  }
}
