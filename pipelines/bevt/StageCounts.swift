/// A number for each stage of a network; as text with spaces or commas between them: `2 2 18 2`.
public struct StageCounts: Sendable, Equatable, LosslessStringConvertible {
  /// The numbers, each at least 1.
  public let counts: [Int]

  /// What the texts are that are read.
  public static let form: String = "list of one to eight numbers, one a stage: 2 2 18 2, each in 1...4096"

  init(_ counts: [Int]) { self.counts = counts }

  /// Reads `2 2 18 2` or `2,2,18,2`; `nil` for anything else.
  public init?(_ description: String) {
    let words = description.split { $0 == " " || $0 == "," }
    let numbers = words.compactMap { Int($0) }
    guard (1...8).contains(numbers.count), numbers.count == words.count, numbers.allSatisfy((1...4096).contains) else {
      return nil
    }
    self.init(numbers)
  }

  public var description: String { counts.map(String.init).joined(separator: " ") }
}
