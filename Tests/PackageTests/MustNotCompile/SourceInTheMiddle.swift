import SluiceFlow

let sourceInTheMiddle = Pipeline("source-in-the-middle") {
  Videos()
  Decode()
  Videos()  // wrong: Segment<Never, Handle>, Segment<Clip, Handle>
  Decode()
}
