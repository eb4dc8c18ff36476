internal import Glibc

/// How many threads a run may keep busy: the one place where cores are shared out.
///
/// Data workers (reading, decoding, augmenting) run on `data` threads. A training step computes on `compute` threads of
/// its own team. Both may name all cores: in a pipeline with a ``Step`` the data threads run at a lower scheduling
/// priority, so a waiting step gets its cores at once, and a starving one leaves all of them to the data.
public struct ThreadBudget: Sendable, Equatable {
  /// Threads for the nodes that prepare data.
  public var data: Int
  /// Threads for tensor arithmetic.
  public var compute: Int

  /// A budget; what is not said is the number of cores this process may use.
  public init(data: Int? = nil, compute: Int? = nil) {
    self.data = max(1, data ?? Self.availableCores)
    self.compute = max(1, compute ?? Self.availableCores)
  }

  /// The cores this process may run on (its affinity, not the machine's size).
  public static var availableCores: Int {
    // "Cpus_allowed:\tff,ffffffff": one bit a core; sysconf would count the whole machine's.
    guard let status = textOfSmallFile("/proc/self/status"),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed:") })
    else { return max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
    let count = line.dropFirst("Cpus_allowed:".count).reduce(0) { $0 + ($1.hexDigitValue?.nonzeroBitCount ?? 0) }
    return max(1, count)
  }
}

/// The text of a file of the system's, of at most 8 KiB.
func textOfSmallFile(_ path: String) -> String? {
  let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { return nil }
  defer { close(file) }
  let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 8192) { buffer, count in
    count = unsafe max(0, read(file, buffer.baseAddress, buffer.count))
  }
  return String(decoding: bytes, as: UTF8.self)
}
