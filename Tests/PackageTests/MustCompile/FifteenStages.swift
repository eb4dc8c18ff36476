import SluiceFlow

func fifteenStages(_ isBlurred: Bool) -> Pipeline<Double> {
  Pipeline("fifteen") {
    Videos()
      .shuffled(seed: 0)
    Decode().workers(2).buffer(4)
    Augment().workers(2).buffer(8).named("crop")
    Augment().workers(2).buffer(8).named("flip")
    Augment().workers(2).ordered(false).named("jitter")
    if isBlurred { Augment().named("blur") }
    Fork {
      Augment().workers(2)
      Segment {
        Augment().named("second")
        CubeMask()
      }
    } join: { clip, augmented, masked in
      clip
    }
    Augment().workers(2).buffer(8).named("a")
    Augment().workers(2).buffer(8).named("b")
    Augment().workers(2).buffer(8).named("c")
    Augment().workers(2).buffer(8).named("d")
    Augment().workers(2).buffer(8).named("e")
    Augment().workers(2).onFailure(.stop).named("f")
    CubeMask().workers(2)
      .batch(16)
    Step {
      Train()
    }
  }
}
