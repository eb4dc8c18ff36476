import SluiceFlow

let noSource = Pipeline("no-source") {  // wrong: Segment<Handle, Masked>, Segment<Never, Masked>
  Decode().workers(2)
  CubeMask()
}
