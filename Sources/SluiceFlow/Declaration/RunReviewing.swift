/// A stage that can say, before a run begins, what of the run would not be what one may think.
public protocol RunReviewing {
  /// A sentence for each thing that has no effect or less than its setting says; none if all is as it should be.
  /// - Parameters:
  ///   - run: how long the run is.
  ///   - name: the stage's name in the graph, before the dot of its settings.
  /// - Throws: an error that says what makes the run impossible.
  func remarks(on run: RunExtent, as name: String) throws -> [String]

  /// What the stage does otherwise in a run of another length, as a sentence; `nil` if that is a run which only ends
  /// earlier or later.
  /// - Parameters:
  ///   - planned: the length that a run was begun with.
  ///   - run: the length that it is to have.
  ///   - step: steps that have been done.
  ///   - name: the stage's name in the graph.
  func difference(from planned: RunExtent, to run: RunExtent, after step: Int, as name: String) -> String?
}

extension RunReviewing {
  public func difference(from planned: RunExtent, to run: RunExtent, after step: Int, as name: String) -> String? {
    nil
  }
}

extension Pipeline {
  /// What stages do otherwise in a run of another length, a sentence each; none if the run only ends earlier or later.
  /// - Parameters:
  ///   - planned: the options that a run was begun with.
  ///   - options: those that it is to go on with.
  ///   - step: steps that have been done.
  public func differences(from planned: RunOptions, to options: RunOptions, after step: Int) -> [String] {
    let (before, now) = (extent(of: planned), extent(of: options))
    guard before.length != now.length else { return [] }
    return plan.allNodes.compactMap { node in
      guard case .stage(let stage) = node.kind, let reviewing = stage.boxed as? any RunReviewing else { return nil }
      return reviewing.difference(from: before, to: now, after: step, as: node.name)
    }
  }

  /// What the stages have to say of a run with `options` before it begins, a sentence each.
  /// - Throws: what makes the run impossible, as a stage knows it.
  public func remarks(on options: RunOptions) throws -> [String] {
    let extent = extent(of: options)
    return try plan.allNodes.flatMap { node -> [String] in
      guard case .stage(let stage) = node.kind, let reviewing = stage.boxed as? any RunReviewing else { return [] }
      return try reviewing.remarks(on: extent, as: node.name)
    }
  }
}
