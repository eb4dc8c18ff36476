/// A value a pickle builds.
///
/// Values with parts are numbers of entries in a ``PickleHeap``, so that copies alias, as in the language the format
/// comes from, and so that nothing nested is ever released.
enum PickleValue {
  case none
  case bool(Bool)
  case int(Int)
  case double(Double)
  /// An integer over 64 bits, by where its bytes are.
  case bigInt(Int)
  case string(Int)
  /// A byte string, by where it was made; its content is never wanted.
  case bytes(Int)
  case list(Int)
  case dict(Int)
  case tuple(Int)
  /// A class or function, only ever looked at by name.
  case symbol(Int)
  case storage(Int)
  case tensor(Int)
  /// Something made by a class that means nothing here.
  case object(Int)
  /// A tensor of a kind that is not read, by the symbol that makes it.
  case unreadable(Int)

  /// What errors call a value of this kind.
  var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a truth value"
    case .int, .bigInt: "an integer"
    case .double: "a number"
    case .string: "a string"
    case .bytes: "a byte string"
    case .list: "a list"
    case .dict: "a dictionary"
    case .tuple: "a tuple"
    case .symbol: "a class or function"
    case .storage: "a storage"
    case .tensor, .unreadable: "a tensor"
    case .object: "an object"
    }
  }
}

/// A class or function by name.
struct PickleSymbol {
  let module: String
  let name: String

  var description: String { "\(module).\(name)" }
}

/// A dictionary that keeps its order.
struct PickleDictionary {
  /// A key of a kind that can be told from others.
  enum Key: Hashable {
    case none
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    /// Anything else is equal to itself only.
    case identity(String, Int)
  }

  private(set) var entries: [(key: PickleValue, value: PickleValue)] = []
  private var places: [Key: Int] = [:]

  mutating func set(_ key: PickleValue, _ hashable: Key, _ value: PickleValue) {
    if let place = places[hashable] {
      entries[place].value = value
    } else {
      places[hashable] = entries.count
      entries.append((key, value))
    }
  }

  subscript(key: String) -> PickleValue? { places[.string(key)].map { entries[$0].value } }
}

/// An object that was made by a class and given a state, neither of which is interpreted here.
///
/// What it was made of is kept: there may be tensors in it.
struct PickleObject {
  /// The class or function.
  let symbol: Int
  /// What the class or function was called with.
  let arguments: PickleValue
  var state: PickleValue = .none
  /// What was appended to it, as to a list.
  var elements: [PickleValue] = []
  /// What was set in it, as in a dictionary.
  var items: [(key: PickleValue, value: PickleValue)] = []
}

/// A block of elements that tensors look at.
struct PickleStorage {
  let key: String
  /// `nil` for a type that is not read.
  let type: StoredType?
  let typeName: String
  /// Bytes of an element; `nil` where they are not known.
  let elementSize: Int?
  let count: Int
  /// Where in the file it was mentioned first.
  let position: Int
}

/// A view of a storage: offset and strides count elements.
struct PickleTensor {
  let storage: Int
  /// `nil` for an element type that is not read.
  let type: StoredType?
  let typeName: String
  let offset: Int
  /// Tuples of the heap, checked to hold integers that are not negative.
  let sizes: Int
  let strides: Int
  /// Whether the values have the other sign than those stored.
  let isNegated: Bool
}

/// Everything a pickle has built.
struct PickleHeap {
  struct Tuple {
    let start: Int
    let count: Int
    /// Tuples inside tuples, at most.
    let depth: Int
  }

  var strings: [String] = []
  var lists: [[PickleValue]] = []
  var dicts: [PickleDictionary] = []
  var tuples: [Tuple] = []
  var tupleElements: [PickleValue] = []
  var symbols: [PickleSymbol] = []
  var objects: [PickleObject] = []
  var storages: [PickleStorage] = []
  var tensors: [PickleTensor] = []

  func elements(_ tuple: Int) -> ArraySlice<PickleValue> {
    tupleElements[tuples[tuple].start..<tuples[tuple].start + tuples[tuple].count]
  }

  /// The integers of a tuple that holds nothing else.
  func integers(_ tuple: Int) -> [Int]? {
    var result: [Int] = []
    result.reserveCapacity(tuples[tuple].count)
    for element in elements(tuple) {
      guard case .int(let value) = element else { return nil }
      result.append(value)
    }
    return result
  }

  func string(_ value: PickleValue) -> String? {
    if case .string(let index) = value { strings[index] } else { nil }
  }

  func symbol(_ value: PickleValue) -> PickleSymbol? {
    if case .symbol(let index) = value { symbols[index] } else { nil }
  }
}
