import SluiceFlow

struct Views: Expansion {
  let count = 2
  func callAsFunction(_ input: Clip, context: ElementContext) -> [Clip] { [input, input] }
}

let expansionInBranch = Pipeline("expansion-in-branch") {
  Videos()
  Decode()
  Fork {
    Augment()
    Views().workers(2)  // wrong: ExpansionNode<Clip, Clip>, ChainPart
  } join: { clip, augmented, view in augmented }
}
