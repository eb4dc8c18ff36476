/// Gathers elements into batches.
///
/// Traces of failed samples pass on at once, so a batch is filled with the next ones.
struct BatchRunner: Sendable {
  let size: Int
  let collect: @Sendable ([any Sendable]) -> any Sendable
  let isPaced: Bool
  let intake: Intake
  let outlet: Outlet

  /// Returns whether the batches are still wanted.
  nonisolated(nonsending) func run() async -> Bool {
    var elements: [any Sendable] = []
    var members: [Origin] = []
    elements.reserveCapacity(min(size, 4096))
    var done = 0
    while true {
      if isPaced {
        guard await outlet.demand(beyond: done) else { return false }
      }
      guard let taken = await intake.next() else { break }
      guard case .element(let element) = taken.element.content else {
        guard await outlet.put(taken.element) else { return false }
        done += 1
        continue
      }
      elements.append(element)
      members.append(contentsOf: taken.element.samples)
      guard elements.count == size else { continue }
      guard await outlet.put(batch(elements, members)) else { return false }
      done += 1
      elements.removeAll(keepingCapacity: true)
      members.removeAll(keepingCapacity: false)
    }
    // Only a stream that ends, a single pass, comes here with a batch begun.
    return elements.isEmpty ? true : await outlet.put(batch(elements, members))
  }

  private func batch(_ elements: [any Sendable], _ members: [Origin]) -> Envelope {
    var envelope = Envelope(.element(collect(elements)), from: members[0])
    envelope.members = members
    return envelope
  }
}
