import SluiceFlow

func unequalBranchesOfIf(_ isMasked: Bool) -> Pipeline<Clip> {
  Pipeline("unequal-branches-of-if") {
    Videos()
    Decode()
    if isMasked { CubeMask() }  // wrong: Segment<Clip, Masked>
  }
}
