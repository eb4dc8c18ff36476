import Foundation
import SluiceKernels
import Testing

/// A variant of the kernels that this processor can run.
enum KernelLevel: Int32, CaseIterable, CustomTestStringConvertible {
  case portable = 0
  case avx2 = 1
  case avx512 = 2

  var testDescription: String { "\(self)" }

  static let available: [KernelLevel] = allCases.filter { $0.rawValue <= sluice_cpu_level() }

  /// Runs `body` with kernels of this level on this thread.
  func run<Result>(_ body: () throws -> Result) rethrows -> Result {
    sluice_cpu_cap_thread(rawValue)
    defer { sluice_cpu_cap_thread(KernelLevel.avx512.rawValue) }
    return try body()
  }
}

func angle(_ y: Double, _ x: Double) -> Double { atan2(y, x) }
