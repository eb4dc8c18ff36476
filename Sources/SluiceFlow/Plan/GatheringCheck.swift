extension PipelinePlan {
  /// - Throws: ``FlowError`` `.badSetting` for a stage that makes one output of several elements where nothing can.
  func checkGathering() throws(FlowError) {
    let inChains = stepChains.compactMap { chain in chain.nodes.first { $0.gathering != nil } }
    let several = allNodes.filter { ($0.gathering?.gatheredCount ?? 1) > 1 }
    for node in several where !inChains.contains(where: { $0.name == node.name }) {
      throw node.refusal("it makes one output of several elements, which only the first such stage of a Step can")
    }
    guard several.count <= 1 else {
      throw several[1].refusal("\(several[0].name) makes one output of several elements already")
    }
  }

  /// The chains of all steps.
  private var stepChains: [PipelinePlan] {
    allNodes.compactMap { if case .step(let chain) = $0.kind { chain } else { nil } }
  }
}

extension PlanNode {
  fileprivate func refusal(_ reason: String) -> FlowError {
    FlowError(.badSetting, "\(name): \(reason)", stage: name)
  }
}
