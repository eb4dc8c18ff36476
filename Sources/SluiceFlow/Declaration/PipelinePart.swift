/// What can stand on a line of a pipeline: a source, a stage, a step, a fork, or several of them in a row.
///
/// Conform to ``Stage``, ``Transform`` or ``Source`` instead; they make the plan.
public protocol PipelinePart<Input, Output>: Sendable {
  associatedtype Input: Sendable
  associatedtype Output: Sendable

  /// The nodes this part adds to the graph; made by the framework.
  var pipelinePlan: PipelinePlan { get }
}

/// The nodes of a part, in the order elements pass them; the declaration with its types sealed.
public struct PipelinePlan: Sendable {
  package var nodes: [PlanNode]

  package init(_ nodes: [PlanNode]) {
    self.nodes = nodes
  }

  /// This plan with a change to its last node.
  package func changingLast(_ change: (inout PlanNode) -> Void) -> PipelinePlan {
    var copy = self
    if !copy.nodes.isEmpty { change(&copy.nodes[copy.nodes.count - 1]) }
    return copy
  }

  /// This plan with `nodes` behind it.
  package func followed(by plan: PipelinePlan) -> PipelinePlan {
    PipelinePlan(nodes + plan.nodes)
  }
}
