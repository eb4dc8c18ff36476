import SluiceFlow

let stageOrderWithModifiers = Pipeline("stage-order-with-modifiers") {
  Videos()
    .shuffled()
  Decode().workers(2)
  Decode().workers(2).buffer(4)  // wrong: Segment<Handle, Clip>, Segment<Clip, Clip>
  CubeMask()
}
