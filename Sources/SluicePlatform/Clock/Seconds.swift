internal import Glibc

extension Duration {
  /// The duration in seconds.
  package var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}

/// User and system time of this process and its finished children, in seconds.
package func processorSeconds() -> Double {
  [RUSAGE_SELF, RUSAGE_CHILDREN].reduce(0) { sum, who in
    var usage = rusage()
    unsafe getrusage(who.rawValue, &usage)
    return [usage.ru_utime, usage.ru_stime].reduce(sum) { $0 + Double($1.tv_sec) + Double($1.tv_usec) * 1e-6 }
  }
}
