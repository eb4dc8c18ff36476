internal import SluiceFlow
internal import SluiceTensor
internal import SluiceTraining

/// Adds the gradients of a loss to the parameters it was computed from.
struct Backward: Stage {
  /// - Throws: ``LossError`` if the loss is no finite number; no gradient has been touched then.
  func callAsFunction(_ loss: LossTerms, context: ElementContext) throws -> StepLoss {
    let values = loss.terms.map { Double($0.value.scalar) }
    for (term, value) in zip(loss.terms, values) where !value.isFinite {
      let name = loss.terms.count == 1 ? "the loss" : "the loss “\(term.name)”"
      throw LossError(
        "step \((context.step ?? 0) + 1): \(name) is \(value). No parameter was changed; go on from the last checkpoint "
          + "with a lower peak or with clip.")
    }
    sum(loss.terms).backward()
    return StepLoss(
      total: zip(loss.terms, values).reduce(0) { $0 + $1.0.weight * $1.1 },
      terms: loss.terms.count == 1
        ? [:] : Dictionary(zip(loss.terms.map(\.name), values), uniquingKeysWith: { first, _ in first }),
      metrics: loss.metrics, sampleCount: context.sampleCount)
  }

  private func sum(_ terms: [LossTerms.Term]) -> Tensor {
    let weighted = terms.map { $0.weight == 1 ? $0.value : $0.value * Float($0.weight) }
    return weighted.dropFirst().reduce(weighted[0]) { $0 + $1 }
  }
}
