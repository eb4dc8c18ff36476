import Sluice

struct Numbers: Source {
  let count: Int
  func element(at index: Int, context: ElementContext) -> Int { index }
}

struct Power: Stage {
  var exponent = 2
  static var settings: [Setting<Self>] { [Setting("exponent", \.exponent, in: 0...9)] }

  func callAsFunction(_ input: Int, context: ElementContext) -> Int {
    (0..<exponent).reduce(1) { product, _ in product * input }
  }
}

@main struct Squares: PipelineCommand {
  var pipeline: Pipeline<[Int]> {
    Pipeline("squares") {
      Numbers(count: 10)
      Power().workers(2)
        .batch(5)
    }
  }
}
