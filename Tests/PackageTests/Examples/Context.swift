// What examples in documentation comments name without declaring it: parts of a program that is not Sluice's.
import Sluice

struct Numbers: Source {
  let count: Int
  func element(at index: Int, context: ElementContext) -> Int { index }
}

struct Square: Stage {
  func callAsFunction(_ input: Int, context: ElementContext) -> Int { input * input }
}

struct Photo: Sendable {
  var left: Photo { self }
  var right: Photo { self }
  func faded(by ratio: Double) -> Photo { self }
}

struct Images: Source {
  init(_ list: DatasetList) {}
  let count = 1
  func element(at index: Int, context: ElementContext) -> Photo { Photo() }
}

struct Resize: Stage {
  init(_ side: Int) {}
  func callAsFunction(_ input: Photo, context: ElementContext) -> Photo { input }
}

struct Blur: Stage {
  func callAsFunction(_ input: Photo, context: ElementContext) -> Photo { input }
}

struct Edges: Stage {
  func callAsFunction(_ input: Photo, context: ElementContext) -> Photo { input }
}

struct Views: Sendable {
  init(_ image: Photo, _ blurred: Photo, _ edges: Photo) {}
}

/// A picture and how far everything on it is away.
struct Scene: Sendable {
  let image: Photo
  let depth: Photo
}

struct Crop: Stage {
  let part: any KeyPath<Scene, Photo> & Sendable
  init(of part: any KeyPath<Scene, Photo> & Sendable) { self.part = part }
  func callAsFunction(_ input: Scene, context: ElementContext) -> Photo { input[keyPath: part] }
}

struct Pair: Sendable {
  init(_ image: Photo, _ depth: Photo) {}
}

struct MixedBatch: Sendable {
  init(images: [Photo], numbers: [Int]) {}
}

/// What a program does with the outputs that it pulls.
func train(on output: Int) {}

/// Inputs `[B, 3]` and what belongs to them, `[B, 1]`.
struct Pairs: Sendable {
  let inputs: Tensor
  let targets: Tensor
}

struct PairedNumbers: Source {
  let count: Int
  func element(at index: Int, context: ElementContext) -> Pairs {
    Pairs(inputs: .full([1, 3], Float(index)), targets: .full([1, 1], Float(index)))
  }
}

struct Regressor: TrainingModel {
  let parameters = ParameterStore()
  func callAsFunction(_ batch: Pairs, _ pass: ForwardPass) -> Tensor { batch.inputs }
}

struct MeanSquares: Objective {
  func loss(of output: Tensor, for batch: Pairs) -> LossTerms { LossTerms(output.loss(to: batch.targets)) }
}
