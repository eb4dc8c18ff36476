import SluiceFlow

let batchInBranch = Pipeline("batch-in-branch") {
  Videos()
  Decode()
  Fork {
    Augment()
    Augment().batch(4)  // wrong: Regrouped<Clip, [Clip]>, ChainPart
  } join: { clip, augmented, batch in augmented }
}
