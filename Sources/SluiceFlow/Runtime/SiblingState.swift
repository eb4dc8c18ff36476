/// Keeps the outputs that expansions made of one element until all have come, as a pure state machine: if one of them
/// failed, all are dropped as one failure.
package struct SiblingState: Sendable {
  private struct Key: Hashable {
    let source: Int
    let ordinal: Int
    let repetition: Int
  }

  private struct Group {
    /// Outputs that have not come yet.
    var missing: Int
    /// What has come, in the order of the outputs.
    var envelopes: [Envelope] = []
  }

  /// How many outputs one element has here.
  private let width: Int
  /// For each source, how many outputs a sample had where outputs were put together last.
  private let bases: [Int]
  private let delivered: DeliveredOutputs
  private let replacement: Replacement?
  private var groups: [Key: Group] = [:]
  /// Good outputs that were dropped with one that failed.
  private(set) var droppedCount = 0

  init(width: Int, bases: [Int], delivered: DeliveredOutputs, replacement: Replacement?) {
    self.width = width
    self.bases = bases
    self.delivered = delivered
    self.replacement = replacement
  }

  package init(width: Int, bases: [Int], delivered: DeliveredOutputs) {
    self.init(width: width, bases: bases, delivered: delivered, replacement: nil)
  }

  /// Takes what has come; returns what goes on because of it.
  package mutating func add(_ envelope: Envelope) -> [Envelope] {
    let origin = envelope.origin
    // It failed before it had several outputs.
    guard origin.repetitions > bases[origin.source] else { return [envelope] }
    let whole = self.whole(envelope)
    let key = Key(source: origin.source, ordinal: origin.ordinal, repetition: whole.origin.repetition)
    var group = groups[key] ?? Group(missing: outputs(of: whole, in: 0..<width))
    group.missing -= outputs(of: whole, in: place(of: origin))
    let index = group.envelopes.firstIndex { place(of: $0.origin).lowerBound > place(of: origin).lowerBound }
    group.envelopes.insert(envelope, at: index ?? group.envelopes.count)
    guard group.missing <= 0 else {
      groups[key] = group
      return []
    }
    groups[key] = nil
    for envelope in group.envelopes {
      guard case .failed(let failure) = envelope.content else { continue }
      replacement?.replace(whole)
      droppedCount += group.envelopes.count { if case .element = $0.content { true } else { false } }
      return [whole.with(.failed(failure))]
    }
    return group.envelopes
  }

  /// The element before it had several outputs.
  private func whole(_ envelope: Envelope) -> Envelope {
    envelope.mapOrigins { $0.whole(of: bases[$0.source]) }
  }

  /// Which of the outputs of its element it stands for: more than one if it failed between two expansions.
  private func place(of origin: Origin) -> Range<Int> {
    let count = origin.repetitions / bases[origin.source]
    let each = width / count
    let index = origin.repetition % count
    return index * each..<(index + 1) * each
  }

  /// How many of these outputs of an element come: those that were delivered before do not.
  private func outputs(of whole: Envelope, in range: Range<Int>) -> Int {
    if delivered.isEmpty { return range.count }
    return range.count { index in !delivered.holds(whole.samples.map { $0.output(index, of: width) }) }
  }
}
