internal import SluicePlatform

/// The classes that labels may have: how many, their names, and who says so.
///
/// One rule for training, validation, evaluation, `check` and `preprocess`: numbers in lists stay as they are, names have
/// the number of the class map, or without one that of the alphabetical order of their bytes; whatever is outside is an
/// error of the list, found before anything begins.
///
/// ```swift
/// let classes = try ClassSpace(of: train, map: ClassMap(contentsOf: "classes.json"), origin: "classes.json")
/// let labels = try classes.labels(of: validation, wanting: .one)
/// ```
public struct ClassSpace: Sendable, Hashable {
  /// The names; empty where only numbers are known.
  public let map: ClassMap
  /// How many classes there are.
  public let count: Int
  /// Who says which classes there are, as messages name it.
  public let origin: String
  /// What numbers in lists mean, where another file than ``map`` says so; `nil`: they are those of ``map``.
  public var listNames: ClassMap?

  public init(map: ClassMap, count: Int? = nil, origin: String) {
    self.map = map
    self.count = count ?? map.classCount
    self.origin = origin
  }

  /// The classes of a list that may decide about them itself.
  ///
  /// - Parameters:
  ///   - map: the names, if they are known; else those of the list in alphabetical order.
  ///   - count: how many classes there are; else those of the map, else up to the largest number in the list.
  ///   - origin: where `map` or `count` is from.
  /// - Throws: ``DatasetListError`` if the list, without a map, has names and numbers.
  public init(
    of list: DatasetList, map: ClassMap? = nil, count: Int? = nil, origin: String? = nil
  ) throws(DatasetListError) {
    var known = map
    if known?.isEmpty != false { known = try list.ownClasses() }
    let largest = known == nil ? list.largestNumber : nil
    self.init(
      map: known ?? ClassMap(), count: count ?? known?.classCount ?? largest.map { $0 + 1 } ?? 0,
      origin: origin ?? (list.files.count == 1 ? list.files[0] : "the lists"))
  }

  /// The number of a class.
  func number(of label: DatasetLabel) throws(LabelProblem) -> Int {
    switch label {
    case .number(let written):
      if let listNames {
        guard let name = listNames.knownName(of: written - listNames.firstNumber) else {
          throw LabelProblem(
            reason: "label \(written) has no name among the \(listNames.classCount) classes that lists count by")
        }
        return try self.number(of: .name(name))
      }
      let number = written - map.firstNumber
      guard (0..<count).contains(number) else {
        let range = "\(map.firstNumber) to \(map.firstNumber + count - 1)"
        throw LabelProblem(reason: "label \(written) is outside the \(count) classes of \(origin) (\(range))")
      }
      return number
    case .name(let name):
      guard let number = map.numbers[name] else {
        guard !map.isEmpty else {
          throw LabelProblem(
            reason: "class “\(name)” has no number: the classes of \(origin) are known by number only. Say with "
              + "--classes which name is which number")
        }
        let near = nearestName(to: name, among: map.numbers.keys).map { "; did you mean “\($0)”?" } ?? ""
        throw LabelProblem(reason: "class “\(name)” is not among the \(count) classes of \(origin)\(near)")
      }
      guard number < count else {
        throw LabelProblem(reason: "class “\(name)” has the number \(number); \(origin) has \(count) classes")
      }
      return number
    }
  }
}

/// What is wrong with the labels of one sample.
public struct LabelProblem: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was found and what was wanted, without the place.
  public let reason: String

  public var description: String { reason }
}

extension DatasetList {
  /// The classes that the list itself names, numbered in the alphabetical order of their bytes; `nil` if it has numbers
  /// or no labels.
  /// - Throws: ``DatasetListError`` if names and numbers are mixed.
  public func ownClasses() throws(DatasetListError) -> ClassMap? {
    var names: Set<ExactText> = []
    var numbered: DatasetItem?
    for item in items {
      for label in item.labels {
        switch label {
        case .name(let text): names.insert(ExactText(text))
        case .number: numbered = numbered ?? item
        }
      }
    }
    if let numbered, let mixed = names.min() {
      throw error(
        numbered,
        "the label is a number, others are names (“\(mixed.string)”); say with --classes which name is which "
          + "number, or use one kind")
    }
    guard !names.isEmpty else { return nil }
    do throws(ClassMapError) {
      return try ClassMap(names: names.sorted().map(\.string))
    } catch {
      throw DatasetListError(path: files.first ?? "list", line: nil, reason: error.reason)
    }
  }

  /// The largest class number of all labels.
  fileprivate var largestNumber: Int? {
    var largest: Int?
    for item in items {
      for case .number(let number) in item.labels { largest = max(largest ?? 0, number) }
    }
    return largest
  }
}
