import SluiceFlow

let stageOrderInStep = Pipeline("stage-order-in-step") {
  Videos()
  Decode()
  CubeMask().batch(16)
  Step {
    Train()
    Train()  // wrong: Segment<[Masked], Double>, Segment<Double, Double>
  }
}
