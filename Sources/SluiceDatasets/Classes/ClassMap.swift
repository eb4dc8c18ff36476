internal import SluicePlatform

/// The names of classes and their numbers.
///
/// ```swift
/// let map = try ClassMap(contentsOf: "classes.json")   // {"archery": 0, "bowling": 1}
/// map.name(of: 1)                                       // bowling
/// ```
/// Classes are numbered from 0 everywhere within Sluice. A file that numbers them from 1 is read so that its first class
/// is 0; ``firstNumber`` remembers it, for lists that use the file's numbers.
public struct ClassMap: Sendable, Hashable {
  /// Number of each name, from 0.
  public let numbers: [String: Int]
  /// What the numbers in lists begin at: 0, or 1 for a map that counts from 1, as UCF101's `classInd.txt`.
  public let firstNumber: Int
  private let names: [Int: String]

  /// No names.
  public init() {
    self.init(numbers: [:])
  }

  /// - Parameters:
  ///   - numbers: from 0; each once.
  ///   - firstNumber: what the numbers in lists begin at.
  public init(numbers: [String: Int], firstNumber: Int = 0) {
    self.numbers = numbers
    self.firstNumber = firstNumber
    names = Dictionary(numbers.map { ($1, $0) }, uniquingKeysWith: { min(ExactText($0), ExactText($1)).string })
  }

  /// Names numbered from 0 in their order; `nil` where a number has none.
  /// - Throws: ``ClassMapError`` if a name comes twice.
  public init(names: [String?]) throws(ClassMapError) {
    let entries = names.enumerated().compactMap { number, name in name.map { Entry(name: $0, number: number) } }
    try self.init(entries: entries, countsFromOne: false)
  }

  /// Whether no class has a name.
  public var isEmpty: Bool { numbers.isEmpty }

  /// The number of classes: one more than the largest number.
  public var classCount: Int { (names.keys.max() ?? -1) + 1 }

  /// The name of class `number`; its number if it has none.
  public func name(of number: Int) -> String { names[number] ?? "\(number)" }

  /// The name of class `number`; `nil` if it has none.
  func knownName(of number: Int) -> String? { names[number] }

  /// The names of classes 0 ..< `count`, numbers where there is none.
  public func names(count: Int) -> [String] { (0..<count).map(name) }

  /// The names in the order of their numbers; `nil` for a number that has none.
  public var orderedNames: [String?] { (0..<classCount).map { names[$0] } }

  /// The first class that two maps call or number differently, as a sentence; `nil` if they agree.
  ///
  /// - Parameters:
  ///   - mine: what this map is called there.
  ///   - theirs: what the other one is called there.
  public func firstDifference(from other: ClassMap, mine: String, theirs: String) -> String? {
    let count = max(classCount, other.classCount)
    for number in 0..<count where names[number].map(ExactText.init) != other.names[number].map(ExactText.init) {
      let (own, their) = (names[number].map { "“\($0)”" }, other.names[number].map { "“\($0)”" })
      return "class \(number) is \(own ?? "without a name") in \(mine), \(their ?? "without a name") in \(theirs)"
    }
    return nil
  }
}

extension ClassMap {
  /// A class as a file writes it.
  struct Entry {
    let name: String
    let number: Int
    /// From 1; `nil` where there are no lines.
    var line: Int?
  }

  /// Checks that every name and every number comes once.
  /// - Parameter countsFromOne: whether all of 1, 2, … n without 0 means that numbers in lists begin at 1.
  init(entries: [Entry], countsFromOne: Bool = true) throws(ClassMapError) {
    var numbers: [String: Int] = [:]
    var names: [Int: String] = [:]
    for entry in entries {
      guard (0...DatasetLabel.largestNumber).contains(entry.number) else {
        throw ClassMapError(
          line: entry.line,
          reason: "class “\(entry.name)” has the number \(entry.number); wanted: 0 to \(DatasetLabel.largestNumber)")
      }
      if let number = numbers[entry.name] {
        let known = names[number] ?? entry.name
        throw ClassMapError(
          line: entry.line,
          reason: ExactText(known) == ExactText(entry.name)
            ? "class “\(entry.name)” is there twice, as \(number) and as \(entry.number)"
            : "two classes are called “\(entry.name)”, \(number) and \(entry.number), in different bytes that look the same"
        )
      }
      if let name = names[entry.number] {
        throw ClassMapError(
          line: entry.line, reason: "the number \(entry.number) is that of “\(name)” and of “\(entry.name)”")
      }
      numbers[entry.name] = entry.number
      names[entry.number] = entry.name
    }
    let first = !countsFromOne || entries.isEmpty || names[0] != nil || names.keys.max() != entries.count ? 0 : 1
    self.init(numbers: numbers.mapValues { $0 - first }, firstNumber: first)
  }
}

/// Why names and numbers are no class map.
public struct ClassMapError: Error, Sendable, Equatable, CustomStringConvertible {
  /// From 1; `nil` where there are no lines.
  public let line: Int?
  public let reason: String

  public var description: String { line.map { "line \($0): \(reason)" } ?? reason }
}
