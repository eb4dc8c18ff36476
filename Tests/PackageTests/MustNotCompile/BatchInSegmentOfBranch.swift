import SluiceFlow

let batchInSegmentOfBranch = Pipeline("batch-in-segment-of-branch") {
  Videos()
  Decode()
  Fork {
    Augment()
    Segment {
      Augment().workers(2)
      CubeMask().batch(4)  // wrong: Segment<Clip, Clip>, Segment<Never, Clip>
    }
  } join: { clip, augmented, batch in augmented }
}
