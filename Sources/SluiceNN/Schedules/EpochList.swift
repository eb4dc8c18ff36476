/// Some epochs in ascending order, from 0, such as the milestones of a schedule.
///
/// As text the numbers with spaces or commas between them: `5 11`; `none` is the empty list.
public struct EpochList: Sendable, Equatable, ExpressibleByArrayLiteral, LosslessStringConvertible {
  /// The epochs, each once, ascending.
  public let epochs: [Int]

  /// The epochs of `epochs` that are at least 0, in ascending order, each once.
  public init(_ epochs: some Sequence<Int>) {
    self.epochs = Set(epochs.filter { $0 >= 0 }).sorted()
  }

  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// Every `interval`th epoch, as far as a run of `total` epochs reaches: 4 of 12 are 4, 8 and 12.
  public init(every interval: Int, of total: Int) {
    self.init(interval > 0 ? Array(stride(from: interval, through: max(total, 0), by: interval)) : [])
  }

  /// What the texts are that are read.
  public static let form: String = "list of epochs in ascending order: 5 11, in 0...1000000, or none"

  /// Reads `5 11`, `5,11` or `none`; `nil` for anything else, for negative numbers and for numbers not in ascending
  /// order.
  public init?(_ description: String) {
    let words = description.split { $0 == " " || $0 == "," }
    if words == ["none"] {
      self.init([])
      return
    }
    let numbers = words.compactMap { Int($0) }
    guard !numbers.isEmpty, numbers.count == words.count, numbers[0] >= 0, numbers[numbers.count - 1] <= 1_000_000,
      zip(numbers, numbers.dropFirst()).allSatisfy({ $0 < $1 })
    else { return nil }
    self.init(numbers)
  }

  public var description: String { epochs.isEmpty ? "none" : epochs.map(String.init).joined(separator: " ") }
}
