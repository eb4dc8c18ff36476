/// A stage inside a ``Step`` that makes one output of several elements, such as one update of the gradients of several
/// batches.
///
/// ```swift
/// struct Mean: Gathering {
///   let gatheredCount = 4
///   func add(_ input: Double, to gathered: inout [Double]?, context: ElementContext) { gathered = (gathered ?? []) + [input] }
///   func output(of gathered: [Double], context: ElementContext) -> Double { gathered.reduce(0, +) / Double(gathered.count) }
/// }
/// ```
/// The outputs of the step, and so the run's `steps`, positions and checkpoints, are those of this stage. Elements are still
/// let in one by one, each when the one before it has been added. The elements of one output may belong to two epochs; where
/// the run ends before there are ``gatheredCount`` of them, the last output is made of fewer. A run that is asked to stop
/// finishes the output in progress.
///
/// If batches are divided into parts, ``gatheredCount`` elements of each own part make one output.
public protocol Gathering<Input, Output>: Stage {
  associatedtype Input
  associatedtype Output
  /// What is kept of the elements of one output.
  associatedtype Gathered

  /// Elements of one output.
  var gatheredCount: Int { get }

  /// Makes ready for a run, on the thread of the step, before its first element is let in.
  func prepare() throws
  /// Adds an element to those of the present output.
  /// - Parameter gathered: what was kept so far; `nil` for the first element of an output.
  func add(_ input: Input, to gathered: inout Gathered?, context: ElementContext) throws
  /// Makes the output.
  /// - Parameter context: that of the last element.
  func output(of gathered: Gathered, context: ElementContext) throws -> Output
}

extension Gathering {
  public func prepare() throws {}

  public nonisolated(nonsending) func callAsFunction(_ input: Input, context: ElementContext) async throws -> Output {
    var gathered: Gathered?
    try add(input, to: &gathered, context: context)
    guard let gathered else { throw FlowError(.stageFailed, "\(context.stage): nothing was gathered of an element") }
    return try output(of: gathered, context: context)
  }

  public var pipelinePlan: PipelinePlan {
    PipelinePlan([PlanNode(stage: GatheringBox(stage: self))])
  }
}
