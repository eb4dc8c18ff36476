// Reads weight files that may be damaged, with little memory, and says of each what became of it.
//
// WeightReader BYTES MULTIPLE FORMAT WARM-UP…: reads the warm-up files, then the file of each line of standard input. Beside
// what it has then, the program may take BYTES and MULTIPLE times the file's size; a request for more ends it.
// For each file one line is written: the milliseconds of a processor it took, and "read", "refused" or what is wrong.
import Glibc
import SluiceCheckpoints

/// Private memory of this process in bytes, as the system counts it against RLIMIT_DATA.
func memoryInUse() -> Int {
  guard let file = fopen("/proc/self/statm", "r") else { return 0 }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 256)
  guard fgets(&line, 256, file) != nil else { return 0 }
  let fields = String(decoding: line.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
  return (fields.count > 5 ? Int(fields[5]) ?? 0 : 0) * 4096
}

func setLimit(_ resource: Int, to value: Int) {
  var limit = rlimit()
  getrlimit(__rlimit_resource_t(UInt32(resource)), &limit)
  limit.rlim_cur = rlim_t(value)
  setrlimit(__rlimit_resource_t(UInt32(resource)), &limit)
}

func limitMemory(to byteCount: Int) { setLimit(2 /* RLIMIT_DATA */, to: byteCount) }

/// What this process has taken of processors, in milliseconds: the time of nothing that runs beside it.
func processorMilliseconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) * 1e-6
}

/// Looks for every layout in a file, whatever stands around it, and reads what it gives.
func readLayouts(_ path: String) throws(CheckpointError) {
  for choice in WeightsChoice.allCases {
    let weights = try PublishedWeights(opening: path, choice: choice)
    _ = weights.averagedCopies
    _ = weights.recognized(among: KeyMap.published)
    for layout in KeyMap.published {
      guard let mapped = try? weights.mapped(by: layout) else { continue }
      for tensor in mapped.tensors { _ = try mapped.bytes(tensor.name) }
    }
    if choice == .raw { _ = try weights.mapped(by: KeyMap.published, like: weights.source) }
  }
}

/// Reads every tensor; what became of it.
func outcome(_ path: String, _ format: String, size: Int) -> String {
  do {
    if format == "layouts" {
      try readLayouts(path)
      return "read"
    }
    let isSafetensors = format == "safetensors"
    let file: any TensorSource = isSafetensors ? try SafetensorsFile(path: path) : try PyTorchFile(path: path)
    for tensor in file.tensors where try file.bytes(tensor.name).count != tensor.byteCount {
      return "wrong: \(tensor.name) gave another number of bytes than its shape asks for"
    }
    return "read"
  } catch {
    if let position = error.position, !(0...size).contains(position) {
      return "wrong: the error is at byte \(position) of \(size)"
    }
    return "refused"
  }
}

let arguments = CommandLine.arguments
guard arguments.count > 4, let spare = Int(arguments[1]), let multiple = Int(arguments[2]) else { exit(64) }
let format = arguments[3]
for path in arguments[4...] { _ = outcome(path, format, size: .max) }
let base = memoryInUse()
// The system ends a reading that does not come to an end.
setLimit(0 /* RLIMIT_CPU, in seconds */, to: 300)
while let path = readLine() {
  var status = stat()
  stat(path, &status)
  // A sanitizer's own memory is beyond all measure: limits mean nothing then.
  if base < 1 << 36 { limitMemory(to: base + spare + multiple * Int(status.st_size)) }
  let start = processorMilliseconds()
  let result = outcome(path, format, size: Int(status.st_size))
  let milliseconds = processorMilliseconds() - start
  // Written at once: the last line says how far the program came.
  let line = "\(milliseconds) \(result)\n"
  write(STDOUT_FILENO, line, line.utf8.count)
}
