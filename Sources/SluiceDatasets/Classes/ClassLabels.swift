/// The class numbers of the samples of a list, one after the other without a separate array for each.
public struct ClassLabels: Sendable, Hashable, RandomAccessCollection {
  private var numbers: [Int32] = []
  // Where the numbers of each sample end; empty while every sample has one.
  private var ends: [Int] = []

  public init() {}

  public init(_ labels: some Sequence<[Int]>) {
    for label in labels { append(label) }
  }

  public var startIndex: Int { 0 }
  public var endIndex: Int { ends.isEmpty ? numbers.count : ends.count }

  /// The classes of a sample; none if it has no label.
  public subscript(position: Int) -> [Int] {
    guard !ends.isEmpty else { return [Int(numbers[position])] }
    return numbers[(position == 0 ? 0 : ends[position - 1])..<ends[position]].map(Int.init)
  }

  /// Adds a sample.
  public mutating func append(_ labels: [Int]) {
    if labels.count != 1, ends.isEmpty { ends = Array(1..<numbers.count + 1) }
    // Numbers of classes end at `DatasetLabel.largestNumber`.
    numbers += labels.map { Int32(clamping: $0) }
    if !ends.isEmpty || labels.count != 1 { ends.append(numbers.count) }
  }

  /// Samples of each class.
  public func counts(classCount: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: classCount)
    for number in numbers where number < classCount { counts[Int(number)] += 1 }
    return counts
  }
}
