// Runs a pipeline over very many elements and says what memory the process has, so that nothing else's is counted.
//
// Soak COUNT: writes one line: outputs, failed elements, resident bytes after a tenth of the outputs and after all.
import Glibc
import SluiceFlow

struct Broken: Error {}

/// 0 ..< 1000, of which one cannot be read.
struct Numbers: Source {
  let count = 1000

  func element(at index: Int, context: ElementContext) throws -> Int {
    if index == 17 { throw Broken() }
    return index
  }
}

struct Twice: Stage {
  func callAsFunction(_ input: Int, context: ElementContext) -> Int { 2 * input }
}

/// Draws from the sample's generator.
struct Draw: Stage {
  func callAsFunction(_ input: Int, context: ElementContext) -> [Int] {
    var random = context.random()
    return [input, random.integer(in: 0...1_000_000)]
  }
}

func residentByteCount() -> Int {
  guard let file = fopen("/proc/self/statm", "r") else { return 0 }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 256)
  guard fgets(&line, 256, file) != nil else { return 0 }
  let fields = String(decoding: line.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
  return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * sysconf(Int32(_SC_PAGESIZE))
}

guard CommandLine.arguments.count == 2, let count = Int(CommandLine.arguments[1]), count >= 1000 else { exit(64) }
// In a function, so that what it makes is given back at its end.
func soak(_ count: Int) async throws {
  let pipeline = Pipeline("soak") {
    Numbers().shuffled()
    Twice().workers(2)
    Draw().batch(4)
  }
  let run = pipeline.run(RunOptions(epochs: count / 1000))
  var (batches, early) = (0, 0)
  for try await _ in run {
    batches += 1
    if batches == count / 40 { early = residentByteCount() }
  }
  print(batches, run.position.failures.count, early, residentByteCount())
}

try await soak(count)
