internal import Glibc

/// The memory that this process may have: of the machine, and of the limits it runs under.
package struct MachineMemory: Sendable, Equatable {
  /// Bytes in all.
  package let total: Int
  /// Bytes that can still be had without taking them from another process, caches of files given back.
  package let available: Int

  package init(total: Int, available: Int) {
    self.total = total
    self.available = available
  }

  /// The memory at this moment: the least of what the machine, the control group and the address space leave.
  ///
  /// What is not known limits nothing.
  package static var current: MachineMemory {
    let machine = textOfSmallFile("/proc/meminfo").flatMap(machine) ?? MachineMemory(total: .max, available: .max)
    return ([machine] + groups() + [addressSpace()].compactMap(\.self)).reduce(machine) { least, next in
      MachineMemory(total: min(least.total, next.total), available: min(least.available, next.available))
    }
  }

  /// Reads `/proc/meminfo`; memory that is swapped out makes room too.
  package static func machine(_ text: String) -> MachineMemory? {
    var kilobytes: [Substring: Int] = [:]
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count >= 2, let count = Int(words[1]), (0...Int.max / 4096) ~= count else { continue }
      kilobytes[words[0]] = count
    }
    guard let total = kilobytes["MemTotal:"], let available = kilobytes["MemAvailable:"] else { return nil }
    let swap = kilobytes["SwapTotal:"] ?? 0
    return MachineMemory(
      total: (total + swap) * 1024, available: (available + (kilobytes["SwapFree:"] ?? 0)) * 1024)
  }

  /// The control groups of the process, both versions, those around them included.
  private static func groups() -> [MachineMemory] {
    let lines = (textOfSmallFile("/proc/self/cgroup") ?? "").split(separator: "\n")
    return lines.flatMap { line -> [MachineMemory] in
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return [] }
      let isUnified = parts[0] == "0" && parts[1].isEmpty
      guard isUnified || parts[1].split(separator: ",").contains("memory") else { return [] }
      let root = isUnified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory"
      let (limit, usage, cache) =
        isUnified
        ? ("memory.max", "memory.current", "inactive_file ")
        : ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file ")
      var folders = [root]
      for name in parts[2].split(separator: "/") { folders.append(folders[folders.count - 1] + "/" + name) }
      return folders.compactMap { folder in
        guard let most = number(folder + "/" + limit), let used = number(folder + "/" + usage) else { return nil }
        let files =
          (textOfSmallFile(folder + "/memory.stat") ?? "").split(separator: "\n")
          .first { $0.hasPrefix(cache) }.flatMap { Int($0.dropFirst(cache.count)) } ?? 0
        return MachineMemory(total: most, available: max(0, most - max(0, used - files)))
      }
    }
  }

  private static func addressSpace() -> MachineMemory? {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limit) == 0, limit.rlim_cur < Int.max else {
      return nil
    }
    let data = (textOfSmallFile("/proc/self/status") ?? "").split(separator: "\n").first { $0.hasPrefix("VmData:") }
    let used = data?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int($0) } ?? 0
    return MachineMemory(total: Int(limit.rlim_cur), available: max(0, Int(limit.rlim_cur) - used * 1024))
  }

  /// A file that holds a number; `nil` where it does not, such as `max`.
  private static func number(_ path: String) -> Int? {
    textOfSmallFile(path)?.split(separator: "\n").first.flatMap { Int($0) }
  }
}
