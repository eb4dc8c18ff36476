internal import ArgumentParser
internal import SluicePlatform
internal import SluiceTensor

/// Reads the lists of numbers and precisions that benchmarks are asked for.
enum BenchArguments {
  /// The precisions named with commas between them, without those that this processor has no instructions for, which is
  /// said.
  /// - Parameter name: what is measured, for the message; `nil` for everything.
  static func precisions(_ text: String, of name: String? = nil) throws -> [Precision] {
    try text.split(separator: ",").compactMap { part in
      let precision = try Precision.named(String(part))
      if precision.isSupported { return precision }
      Console.note("\(name.map { $0 + " " } ?? "")bf16: left out, this processor has no instructions for it")
      return nil
    }
  }

  /// Positive numbers with commas between them.
  static func numbers(_ text: String) throws -> [Int] {
    try text.split(separator: ",").map { part in
      guard let number = Int(part), number > 0 else { throw ValidationError("\(part) is not a positive number") }
      return number
    }
  }
}
