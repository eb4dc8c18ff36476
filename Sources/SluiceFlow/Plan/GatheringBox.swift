/// A stage that makes one output of several elements, with its types sealed.
package protocol GatheringBoxing: StageBoxing {
  /// Elements of one output.
  var gatheredCount: Int { get }
  func prepare() throws
  /// Makes what keeps the elements of an output.
  func makeGatherer() -> any Gatherer
}

/// Keeps the elements of one output; lives and works in one task.
package protocol Gatherer: AnyObject {
  func add(_ input: any Sendable, _ context: ElementContext) throws
  /// The output of what was added since the last one; at least one element was.
  func output(_ context: ElementContext) throws -> any Sendable
}

struct GatheringBox<Boxed: Gathering>: GatheringBoxing, StageBoxed {
  var stage: Boxed

  var gatheredCount: Int { stage.gatheredCount }

  func prepare() throws { try stage.prepare() }

  func makeGatherer() -> any Gatherer { Keeper(stage: stage) }

  /// What a single element becomes; a step gathers instead.
  func makeWorker() -> StageWorker { StageBox(stage: stage).makeWorker() }

  private final class Keeper: Gatherer {
    private let stage: Boxed
    private var gathered: Boxed.Gathered?

    init(stage: Boxed) {
      self.stage = stage
    }

    func add(_ input: any Sendable, _ context: ElementContext) throws {
      // Holds: the builder admits a stage only behind a part whose output is its input.
      try stage.add(input as! Boxed.Input, to: &gathered, context: context)
    }

    func output(_ context: ElementContext) throws -> any Sendable {
      guard let gathered else {
        throw FlowError(.stageFailed, "\(context.stage): nothing was gathered", stage: context.stage)
      }
      self.gathered = nil
      return try stage.output(of: gathered, context: context)
    }
  }
}

extension PlanNode {
  /// The stage, if it can make one output of several elements.
  var gathering: (any GatheringBoxing)? {
    if case .stage(let stage) = kind { stage as? any GatheringBoxing } else { nil }
  }
}

extension PipelinePlan {
  /// What makes the outputs of the step that has this chain, of one element or several.
  var gathering: (any GatheringBoxing)? { nodes.lazy.compactMap(\.gathering).first }

  /// Elements of one output of the step that makes it of several; 1 where none does.
  var gatheredCount: Int { allNodes.lazy.compactMap { $0.gathering?.gatheredCount }.max() ?? 1 }
}
