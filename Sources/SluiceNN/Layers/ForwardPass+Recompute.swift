internal import SluicePlatform
public import SluiceTensor

extension ForwardPass {
  /// Runs one block of a network on `tokens`.
  ///
  /// Where ``recomputesBlocks`` is set, the block's intermediate values are let go and recomputed for its gradients,
  /// with the same random decisions.
  /// - Source: Chen et al., "Training deep nets with sublinear memory cost", 2016.
  public func block(
    _ tokens: Tensor, _ body: @escaping @Sendable (_ tokens: Tensor, _ pass: ForwardPass) -> Tensor
  ) -> Tensor {
    guard recomputesBlocks else { return body(tokens, self) }
    let made = Lock<[[Float]]>([])
    let runs = Lock(0)
    return tokens.recomputed { [self] tokens in
      let isFirst = runs.withLock { count in
        count += 1
        return count == 1
      }
      guard isTraining else { return body(tokens, .evaluation) }
      if isFirst {
        return body(
          tokens,
          ForwardPass(
            DrawSource { count, isPerSample in
              let draws = self.draw(count, isPerSample: isPerSample)
              made.withLock { $0.append(draws) }
              return draws
            }))
      }
      let rest = Lock(made.withLock { $0 }[...])
      return body(tokens, ForwardPass(DrawSource { _, _ in rest.withLock { $0.popFirst() } ?? [] }))
    }
  }
}
