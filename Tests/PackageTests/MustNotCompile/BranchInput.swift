import SluiceFlow

let branchInput = Pipeline("branch-input") {
  Videos()
  Decode()
  Fork {
    Augment()
    Decode()  // wrong: Segment<Handle, Clip>, Segment<Clip, Clip>
  } join: { clip, augmented, decoded in augmented }
}
