/// Where an element comes from; invisible to stages.
package struct Origin: Sendable, Equatable {
  /// The source's number in the run.
  package var source: Int
  /// The index in the source's stream over all epochs.
  package var ordinal: Int
  /// `ordinal` in epochs, with the fraction.
  package var progress: Double
  package var epoch: Int
  /// The number in the source's list.
  package var sample: Int
  package var identity: String
  /// Which of the outputs of the sample it is, as far as expansions have been passed.
  package private(set) var repetition = 0
  /// How many such outputs the sample has.
  package private(set) var repetitions = 1

  package init(source: Int = 0, ordinal: Int, progress: Double, epoch: Int, sample: Int, identity: String) {
    self.source = source
    self.ordinal = ordinal
    self.progress = progress
    self.epoch = epoch
    self.sample = sample
    self.identity = identity
  }

  /// Output `index` of `count` that an expansion makes of this one.
  package func output(_ index: Int, of count: Int) -> Origin {
    var copy = self
    copy.repetition = repetition * count + index
    copy.repetitions = repetitions * count
    return copy
  }

  /// What this one was when its sample had only `count` outputs.
  package func whole(of count: Int) -> Origin {
    var copy = self
    copy.repetition = repetition / (repetitions / count)
    copy.repetitions = count
    return copy
  }

  /// Which of the `count` outputs that the sample has in the end come from this one.
  package func outputs(of count: Int) -> Range<Int> {
    let each = count / repetitions
    return repetition * each..<(repetition + 1) * each
  }
}
