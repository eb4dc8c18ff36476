/// What can stand on a line of a pipeline: a source, a stage, a step, a fork, or several of them in a row.
///
/// Conform to ``Stage``, ``Transform``, ``Expansion`` or ``Source`` instead; they make the plan.
public protocol PipelinePart<Input, Output>: Sendable {
  associatedtype Input: Sendable
  associatedtype Output: Sendable

  /// The nodes this part adds to the graph; made by the framework.
  var pipelinePlan: PipelinePlan { get }
}

/// A part that gives one output for each input, and may hold several elements at once.
///
/// Only such parts stand in a branch of a ``Fork``, in a ``Step`` and in a ``Segment`` that does not begin with a source:
/// what is put together again must have stayed one to one. Streams with a source of their own count as such.
public protocol ChainPart<Input, Output>: PipelinePart {
  associatedtype Input
  associatedtype Output
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
