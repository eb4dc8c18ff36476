/// Which slot each element gets, by its number among those that come to a stage, as a pure state machine.
///
/// Slots are given in order, each once. One whose element fails stays empty. Its batch is filled by the element behind, the
/// first of the next batch, which gets no slot, so that the slots of that batch are those of its elements again.
package struct SlotNumbers: Sendable {
  private let size: Int
  /// From which number on how many elements before got no slot; several workers may ask a little out of order.
  private var shifts: [(first: Int, shift: Int)] = [(0, 0)]
  /// Numbers without a slot that have not been asked for.
  private var skipped: Set<Int> = []
  /// Numbers up to here are settled.
  private var settled = 0
  private var lost = 0

  /// - Parameter size: slots of a batch.
  package init(size: Int) {
    self.size = max(1, size)
  }

  /// The slot of an element, counted over all batches; `nil` if it gets none.
  package mutating func slot(of number: Int) -> Int? {
    while settled <= number {
      settle(settled)
      settled += 1
    }
    if skipped.remove(number) != nil { return nil }
    // Who asks late asks for one of the last.
    return shifts.last { $0.first <= number }.map { number - $0.shift }
  }

  /// Some elements that were given slots do not come.
  package mutating func lose(_ count: Int) { lost += count }

  private mutating func settle(_ number: Int) {
    let shift = shifts[shifts.count - 1].shift
    guard lost > 0, (number - shift).isMultiple(of: size) else { return }
    lost -= 1
    skipped.insert(number)
    if shifts[shifts.count - 1].first == number {
      shifts[shifts.count - 1] = (number + 1, shift + 1)
    } else {
      shifts.append((number + 1, shift + 1))
    }
    if shifts.count > SlotNumbers.kept { shifts.removeFirst(SlotNumbers.kept / 2) }
  }

  /// More than workers that can ask out of order.
  private static let kept = 16_384
}
