import SluiceFlow

let batchInStep = Pipeline("batch-in-step") {
  Videos()
  Decode()
  Step {
    CubeMask().batch(16)  // wrong: Regrouped<Clip, [Masked]>, ChainPart
    Train()
  }
}
