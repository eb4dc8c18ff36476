import SluiceFlow

struct Rows: Sendable {}

struct Collate: Stage {
  func callAsFunction(_ input: [Clip], context: ElementContext) -> Rows { Rows() }
}

// What stands behind a source may group, and what does not group may stand anywhere.
func grouping(_ isLarge: Bool) -> Pipeline<Double> {
  Pipeline("grouping") {
    Videos()
    Decode()
    Fork {
      Augment().map { $0 }.buffer(4)
      Segment { Augment() }.named("second")
      Fork {
        Augment()
      } join: { clip, augmented in
        augmented
      }
    } join: { clip, first, second, third in
      first
    }
    if isLarge { CubeMask().batch(32) } else { CubeMask().workers(2).batch(4) }
    Step {
      Train().workers(1)
      if isLarge { Scale() }
    }
  }
}

let twoBatchedStreams = Pipeline("two-batched-streams") {
  Zip(
    Segment {
      Videos()
      Decode().batch(4)
      Collate()
    },
    Segment {
      Videos().shuffled()
      Decode()
    }.batch(8)
  ) { rows, clips in (rows, clips.count) }
}

let batchesAtOnce = Pipeline("batches-at-once") { Videos().batch(4) }

struct Scale: Stage {
  func callAsFunction(_ input: Double, context: ElementContext) -> Double { 2 * input }
}
