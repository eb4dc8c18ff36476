internal import Glibc

/// Wall and processor times of repeated runs.
struct Timings {
  var walls: [Double] = []
  var processors: [Double] = []

  /// Runs `body` once unmeasured, then until `seconds` have passed, at least `least` and at most `most` times.
  static func measure(seconds: Double, least: Int, most: Int = 100, _ body: () throws -> Void) rethrows -> Timings {
    try body()
    var timings = Timings()
    let end = now(CLOCK_MONOTONIC) + seconds
    while timings.walls.count < least || (now(CLOCK_MONOTONIC) < end && timings.walls.count < most) {
      let start = (now(CLOCK_MONOTONIC), now(CLOCK_PROCESS_CPUTIME_ID))
      try body()
      timings.walls.append(now(CLOCK_MONOTONIC) - start.0)
      timings.processors.append(now(CLOCK_PROCESS_CPUTIME_ID) - start.1)
    }
    return timings
  }

  /// Seconds of a clock of the system.
  static func now(_ clock: clockid_t) -> Double {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  var median: Double { walls.median }
  var least: Double { walls.min() ?? 0 }
  var most: Double { walls.max() ?? 0 }
}

extension [Double] {
  /// The middle of the sorted numbers, or the mean of the two in the middle; of at least one.
  var median: Double {
    let sorted = sorted()
    let half = count / 2
    return count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
  }
}

/// Peak memory of the process, from the kernel's own counters.
enum ResidentMemory {
  /// Starts a new peak from now.
  static func resetPeak() {
    guard let file = unsafe fopen("/proc/self/clear_refs", "w") else { return }
    unsafe fputs("5", file)
    unsafe fclose(file)
  }

  /// The largest resident size since the start or the last reset, in MiB.
  static var peakMebibytes: Int {
    guard let file = unsafe fopen("/proc/self/status", "r") else { return 0 }
    defer { unsafe fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while unsafe fgets(&line, 256, file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      guard text.hasPrefix("VmHWM:") else { continue }
      return (Int(text.split(whereSeparator: { $0 == " " || $0 == "\t" })[1]) ?? 0) / 1024
    }
    return 0
  }
}
