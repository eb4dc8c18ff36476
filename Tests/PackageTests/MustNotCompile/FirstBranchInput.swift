import SluiceFlow

let firstBranchInput = Pipeline("first-branch-input") {
  Videos()
  Fork {  // wrong: Segment<Clip, Clip>, Segment<Handle, Clip>
    Augment()
    CubeMask()
  } join: { (clip: Clip, augmented: Clip, masked: Masked) in augmented }
}
