internal import Foundation
internal import SluicePlatform

/// Class names and their numbers: a JSON object `{"name": "number"}`, the numbers as strings or as numbers.
public struct ClassMap: Sendable, Hashable {
  /// Number of each name.
  public let numbers: [String: Int]

  public init(numbers: [String: Int]) {
    self.numbers = numbers
  }

  /// Reads the JSON file at `path`.
  /// - Throws: ``DatasetListError`` if it is no such object.
  public init(contentsOf path: String) throws {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw DatasetListError(path: path, line: nil, reason: "the class map cannot be read; check the path")
    }
    guard let object = try? JSONDecoder().decode([String: Entry].self, from: data) else {
      throw DatasetListError(
        path: path, line: nil,
        reason: "no class map; wanted: a JSON object like {\"archery\": \"0\", \"bowling\": \"1\"}")
    }
    numbers = try object.mapValues { entry in
      guard let number = entry.number, number >= 0 else {
        throw DatasetListError(
          path: path, line: nil, reason: "a class has the number \u{201C}\(entry.text)\u{201D}; wanted: 0 or more")
      }
      return number
    }
  }

  /// The classes of the names and numbers in a line, in order.
  /// - Throws: ``DatasetListError`` with the line and the nearest known name.
  public func classes(of item: DatasetItem, list: String) throws -> [Int] {
    try item.labels.map { label in
      switch label {
      case .number(let number): return number
      case .name(let name):
        if let number = numbers[name] { return number }
        let near = nearestName(to: name, among: numbers.keys).map { "; did you mean \u{201C}\($0)\u{201D}?" } ?? ""
        throw DatasetListError(
          path: list, line: item.line, reason: "class \u{201C}\(name)\u{201D} is not in the class map\(near)")
      }
    }
  }

  /// The name of class `number`; its number if it has none.
  public func name(of number: Int) -> String {
    numbers.first { $0.value == number }?.key ?? "\(number)"
  }

  /// The names of classes 0 ..< `count`, numbers where there is none.
  public func names(count: Int) -> [String] {
    var names = (0..<count).map { "\($0)" }
    for (name, number) in numbers where number < count { names[number] = name }
    return names
  }

  /// The number of classes: one more than the largest number.
  public var classCount: Int { (numbers.values.max() ?? -1) + 1 }

  private struct Entry: Decodable {
    let text: String
    var number: Int? { Int(text) }

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let string = try? container.decode(String.self) {
        text = string
      } else {
        text = String(try container.decode(Int.self))
      }
    }
  }
}

extension DatasetList {
  /// Class numbers of every item, by `map` where the list has names.
  ///
  /// Without a map, names are numbered in alphabetical order; numbers stay as they are.
  /// - Throws: ``DatasetListError`` if a list without a map mixes names and numbers, or a name is not in the map.
  public func classes(map: ClassMap? = nil, name: String = "list") throws -> [[Int]] {
    if let map = try map ?? ownClasses(name: name) { return try items.map { try map.classes(of: $0, list: name) } }
    return items.map { item in
      item.labels.map { label in
        // Without a map of its own a list has numbers only.
        guard case .number(let number) = label else { preconditionFailure("a class name without a number") }
        return number
      }
    }
  }

  /// The classes that the list itself names, numbered in alphabetical order; `nil` if it has numbers or no labels.
  /// - Throws: ``DatasetListError`` if names and numbers are mixed.
  public func ownClasses(name: String = "list") throws -> ClassMap? {
    var names: Set<String> = []
    var numbered: DatasetItem?
    for item in items {
      for label in item.labels {
        switch label {
        case .name(let text): names.insert(text)
        case .number: numbered = numbered ?? item
        }
      }
    }
    if let numbered, let mixed = names.min() {
      throw DatasetListError(
        path: name, line: numbered.line,
        reason: "the label is a number, others are names (\u{201C}\(mixed)\u{201D}); give a class map or use one kind")
    }
    guard !names.isEmpty else { return nil }
    return ClassMap(numbers: Dictionary(uniqueKeysWithValues: names.sorted().enumerated().map { ($1, $0) }))
  }
}
