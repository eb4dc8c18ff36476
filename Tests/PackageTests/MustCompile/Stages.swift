// Stages that the cases beside and in MustNotCompile put together.
import SluiceFlow

struct Handle: Sendable {}
struct Clip: Sendable {}
struct Masked: Sendable {}

struct Videos: Source {
  let count = 1
  func element(at index: Int, context: ElementContext) -> Handle { Handle() }
}

struct Decode: Stage {
  func callAsFunction(_ input: Handle, context: ElementContext) -> Clip { Clip() }
}

struct Augment: Stage {
  func callAsFunction(_ input: Clip, context: ElementContext) -> Clip { Clip() }
}

struct CubeMask: Stage {
  func callAsFunction(_ input: Clip, context: ElementContext) -> Masked { Masked() }
}

struct Train: Stage {
  func callAsFunction(_ input: [Masked], context: ElementContext) -> Double { 0 }
}
