internal import SluiceFlow
internal import SluiceTensor
internal import SluiceTraining

/// Adds the gradients of a loss to the parameters it was computed from.
struct Backward: Stage {
  /// - Throws: ``LossError`` if the loss is no finite number; no gradient has been touched then.
  func callAsFunction(_ loss: LossTerms, context: ElementContext) throws -> StepLoss {
    let values = loss.terms.map { Double($0.value.scalar) }
    for (term, value) in zip(loss.terms, values) where !value.isFinite {
      throw refusal(loss.terms.count == 1 ? "the loss" : "the loss “\(term.name)”", value, context)
    }
    let total = zip(loss.terms, values).reduce(0) { $0 + $1.0.weight * $1.1 }
    guard Float(total).isFinite else { throw refusal("the weighted sum of the losses", total, context) }
    sum(loss.terms).backward()
    return StepLoss(
      total: total,
      terms: loss.terms.count == 1
        ? [:] : Dictionary(zip(loss.terms.map(\.name), values), uniquingKeysWith: { first, _ in first }),
      metrics: loss.metrics, answers: loss.answers, sampleCount: context.sampleCount)
  }

  /// Where an update has been made it may have gone too far; before the first one it cannot have.
  private func refusal(_ what: String, _ value: Double, _ context: ElementContext) -> LossError {
    let step = context.step ?? 0
    let advice =
      step == 0
      ? "No update has been made yet: look at these samples, and at the weights that the network begins with."
      : "This step has changed no parameter. Go on from the last checkpoint with a lower peak or with clip."
    return LossError("step \(step + 1): \(what) is \(value), a finite number is wanted. \(advice)")
  }

  private func sum(_ terms: [LossTerms.Term]) -> Tensor {
    let weighted = terms.map { $0.weight == 1 ? $0.value : $0.value * Float($0.weight) }
    return weighted.dropFirst().reduce(weighted[0]) { $0 + $1 }
  }
}
