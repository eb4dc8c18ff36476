import SluiceFlow

let batchTooEarly = Pipeline("batch-too-early") {
  Videos()
  Decode().batch(16)
  CubeMask().workers(4)  // wrong: Segment<Clip, Masked>, Segment<[Clip], Masked>
  Step { Train() }
}
