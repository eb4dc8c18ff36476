import SluiceFlow

let stageOrder = Pipeline("stage-order") {
  Videos()
  CubeMask()  // wrong: Segment<Clip, Masked>, Segment<Handle, Masked>
  Decode()
}
