/// A stage that can say, before a run begins, what of the run would not be what one may think.
public protocol RunReviewing {
  /// A sentence for each thing that has no effect or less than its setting says; none if all is as it should be.
  /// - Parameters:
  ///   - run: how long the run is.
  ///   - name: the stage's name in the graph, before the dot of its settings.
  /// - Throws: an error that says what makes the run impossible.
  func remarks(on run: RunExtent, as name: String) throws -> [String]
}

extension Pipeline {
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
