import SluiceFlow
import Testing

@Suite struct SiblingTests {
  private func origin(_ ordinal: Int) -> Origin {
    Origin(ordinal: ordinal, progress: 0, epoch: 0, sample: ordinal, identity: "\(ordinal)")
  }

  private func failure(_ ordinal: Int, _ reason: String) -> SampleFailure {
    SampleFailure(source: "s", sample: ordinal, identity: "\(ordinal)", epoch: 0, stage: "t", reason: reason)
  }

  private func text(_ envelope: Envelope) -> String {
    let place = "\(envelope.origin.ordinal).\(envelope.origin.repetition)/\(envelope.origin.repetitions)"
    if case .failed(let failure) = envelope.content { return "\(place) \(failure.reason)" }
    return place
  }

  /// Every order in which some things can come.
  private func orders<Element>(_ elements: [Element]) -> [[Element]] {
    guard !elements.isEmpty else { return [[]] }
    return elements.indices.flatMap { index in
      var rest = elements
      let first = rest.remove(at: index)
      return orders(rest).map { [first] + $0 }
    }
  }

  @Test func everyOrderGivesWholeGroupsInOrder() {
    // Two samples of three outputs, one of which fails, and one that failed before.
    let good = (0..<3).map { Envelope(.element($0), from: origin(0).output($0, of: 3)) }
    let bad = (0..<2).map { index -> Envelope in
      let origin = origin(1).output(index, of: 2)
      return Envelope(index == 1 ? .failed(failure(1, "second")) : .element(index), from: origin)
    }
    let early = Envelope(.failed(failure(2, "early")), from: origin(2))
    let all = orders([good[0], good[1], good[2], early])
    for order in all {
      var state = SiblingState(width: 3, bases: [1], delivered: DeliveredOutputs([], counts: [3]))
      let outputs = order.flatMap { state.add($0) }.map(text).filter { !$0.contains("early") }
      #expect(outputs == ["0.0/3", "0.1/3", "0.2/3"])
    }
    #expect(all.count == 24)
    for order in orders(bad) {
      var state = SiblingState(width: 2, bases: [1], delivered: DeliveredOutputs([], counts: [2]))
      #expect(order.flatMap { state.add($0) }.map(text) == ["1.0/1 second"])
    }
  }

  @Test func aFailureBetweenTwoExpansionsStandsForAllItsOutputs() {
    // 2 × 3 outputs; the first of the two failed before it became three.
    let trace = Envelope(.failed(failure(0, "half")), from: origin(0).output(0, of: 2))
    let others = (0..<3).map { Envelope(.element($0), from: origin(0).output(1, of: 2).output($0, of: 3)) }
    for order in orders([trace] + others) {
      var state = SiblingState(width: 6, bases: [1], delivered: DeliveredOutputs([], counts: [6]))
      #expect(order.flatMap { state.add($0) }.map(text) == ["0.0/1 half"])
    }
  }

  @Test func outputsDeliveredBeforeAreNotWaitedFor() throws {
    var position = SourcePosition(name: "s", count: 10)
    position.consume(origin(4).output(1, of: 3), outputs: 3)
    #expect(position.unfinished.map(\.ordinal) == [4] && position.unfinished.map(\.delivered) == [[1]])
    let delivered = DeliveredOutputs([position], counts: [3])
    for order in orders([0, 2]) {
      var state = SiblingState(width: 3, bases: [1], delivered: delivered)
      let outputs = order.flatMap { state.add(Envelope(.element($0), from: origin(4).output($0, of: 3))) }
      #expect(outputs.map(text) == ["4.0/3", "4.2/3"])
    }
  }

  @Test func everyOrderOfOutputsConsumesASampleWithItsLast() {
    let outputs = (0..<2).flatMap { ordinal in (0..<3).map { origin(ordinal).output($0, of: 3) } }
    for order in orders(outputs) {
      var position = SourcePosition(name: "s", count: 10)
      var seen: [Int: Int] = [:]
      for origin in order {
        position.consume(origin, outputs: 3)
        seen[origin.ordinal, default: 0] += 1
        let done = (0..<2).filter { seen[$0] == 3 }
        #expect(Set(0..<position.consumed).union(position.ahead) == Set(done))
        #expect(position.unfinished.map(\.ordinal) == (0..<2).filter { [1, 2].contains(seen[$0]) })
      }
      #expect(position.consumed == 2 && position.ahead.isEmpty && position.unfinished.isEmpty)
    }
  }
}
