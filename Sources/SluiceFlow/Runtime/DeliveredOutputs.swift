/// Which outputs of samples were delivered before a run went on in the midst of them.
package struct DeliveredOutputs: Sendable {
  /// For each source, outputs of one sample.
  private let counts: [Int]
  private let unfinished: [[Int: UnfinishedSample]]

  /// - Parameter counts: for each source, how many outputs a sample has in the end.
  package init(_ sources: [SourcePosition], counts: [Int]) {
    self.counts = counts
    unfinished = sources.map {
      Dictionary($0.unfinished.map { ($0.ordinal, $0) }, uniquingKeysWith: { first, _ in first })
    }
  }

  package var isEmpty: Bool { unfinished.allSatisfy(\.isEmpty) }

  /// Whether everything that comes from these samples has been delivered.
  func holds(_ samples: [Origin]) -> Bool {
    !isEmpty && samples.allSatisfy(holds)
  }

  private func holds(_ origin: Origin) -> Bool {
    guard let sample = unfinished[origin.source][origin.ordinal] else { return false }
    return origin.outputs(of: counts[origin.source]).allSatisfy { sample.delivered.contains($0) }
  }
}
