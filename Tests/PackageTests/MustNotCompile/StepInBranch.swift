import SluiceFlow

let stepInBranch = Pipeline("step-in-branch") {
  Videos()
  Decode()
  CubeMask().batch(16)
  Fork {
    Step { Train() }  // wrong: Step<[Masked], Double>, ChainPart
  } join: { batch, loss in loss }
}
