import SluiceFlow

/// 0 ..< count; the numbers of `broken` cannot be read.
struct Numbers: Source {
  let count: Int
  var broken: Set<Int> = []

  func element(at index: Int, context: ElementContext) throws -> Int {
    if broken.contains(index) { throw Refused(what: "number \(index)") }
    return index
  }

  func name(of index: Int) -> String { "n\(index)" }
}

struct Refused: Error, CustomStringConvertible {
  let what: String
  var description: String { "\(what) refused" }
}

struct Double2: Stage {
  func callAsFunction(_ input: Int, context: ElementContext) -> Int { input * 2 }
}

/// Adds a constant; refuses some inputs.
struct Add: Stage {
  var amount = 1
  var refused: Set<Int> = []

  static var settings: [Setting<Self>] { [Setting("amount", \.amount, in: 0...100)] }

  func callAsFunction(_ input: Int, context: ElementContext) throws -> Int {
    if refused.contains(input) { throw Refused(what: "\(input)") }
    return input + amount
  }
}

/// Draws from the sample's generator.
struct Draw: Stage {
  func callAsFunction(_ input: Int, context: ElementContext) -> [Int] {
    var random = context.random()
    return [input, context.epoch, random.integer(in: 0...1_000_000)]
  }
}

/// Counts how many elements each worker has seen.
struct CountingTransform: Transform {
  func makeWorker() -> Int { 0 }

  func callAsFunction(_ input: Int, worker: inout Int, context: ElementContext) -> Int {
    worker += 1
    return input
  }
}

func collect<Output>(_ pipeline: Pipeline<Output>, _ options: RunOptions = RunOptions()) async throws -> [Output] {
  var outputs: [Output] = []
  for try await output in pipeline.run(options) { outputs.append(output) }
  return outputs
}
