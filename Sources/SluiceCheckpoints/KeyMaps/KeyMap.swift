/// How a published layout of weights becomes a model's own: rules over names and values, each applied to what the one
/// before left.
///
/// ```swift
/// let map = KeyMap("mine", "my lab's files", [.strip("net."), .rename("fc.*", "head.*"), .join(["q", .zeros, "v"], "qkv")])
/// let weights = try map.apply(to: SafetensorsFile(path: "mine.safetensors"))   // a TensorSource with the model's names
/// ```
/// Rules say what is done to names and, where values change, to shapes; values are read and changed only when a tensor is
/// asked for. A model declares its layouts beside itself, and ``PublishedWeights`` chooses among them.
public struct KeyMap: Sendable {
  /// The map's name on the command line.
  public let name: String
  /// Whose files it is for, in a few words.
  public let summary: String
  /// The rules, in the order of their application.
  public let rules: [Rule]
  /// How the names of the model's parameters look, less numbers; empty for a layout that is of no model.
  let forms: Set<String>

  /// Creates a map.
  /// - Parameter names: parameters of a model that the layout is for: the more of them a file's names become, the
  ///   likelier it is in this layout. Numbers in them stand for any.
  public init(_ name: String, _ summary: String, _ rules: [Rule], names: [String] = []) {
    self.init(name, summary, rules, forms: KeyMap.forms(of: names))
  }

  package init(_ name: String, _ summary: String, _ rules: [Rule], forms: Set<String>) {
    self.name = name
    self.summary = summary
    self.rules = rules
    self.forms = forms
  }

  /// How some names look, less numbers.
  package static func forms(of names: [String]) -> Set<String> { Set(names.map(form)) }

  /// A name whose parts that are numbers are all alike.
  static func form(_ name: String) -> String {
    var (result, part): ([UInt8], [UInt8]) = ([], [])
    for byte in name.utf8 + [UInt8(ascii: ".")] {
      if byte == UInt8(ascii: ".") {
        let isNumber = !part.isEmpty && part.allSatisfy { (48...57).contains($0) }
        result += (isNumber ? [UInt8(ascii: "#")] : part) + [byte]
        part = []
      } else {
        part.append(byte)
      }
    }
    return String(decoding: result.dropLast(), as: UTF8.self)
  }

  /// The names as they are.
  public static let identity: KeyMap = KeyMap("none", "names as they are in the file", [])

  /// This map with further rules behind its own.
  public func appending(_ more: [Rule]) -> KeyMap { KeyMap(name, summary, rules + more, forms: forms) }
}

extension KeyMap {
  /// One change of names or values.
  ///
  /// Patterns hold stars, each of which stands for any run of characters; a new name takes what they stood for, in order.
  public struct Rule: Sendable {
    enum Action {
      case take([String])
      case strip(String)
      case prefix(String, unless: [NamePattern])
      case remove(String)
      case replace(String, String)
      case rename(NamePattern, NamePattern, isFallback: Bool)
      case drop(NamePattern)
      case copy(NamePattern, NamePattern, ValueChange?)
      case change(NamePattern, ValueChange)
      case join([Part], NamePattern)
      case split(NamePattern, [NamePattern?])
      case fit(NamePattern, ShapeFit)
      case fresh(NamePattern)
    }

    let action: Action
  }
}

// Names
extension KeyMap.Rule {
  /// Keeps the names that begin with the first of `prefixes` that any name begins with, without it.
  ///
  /// Where none does, all names stay: a file may hold its tensors with nothing around them.
  public static func take(_ prefixes: String...) -> KeyMap.Rule { KeyMap.Rule(action: .take(prefixes)) }

  /// Takes `prefix` off the names that begin with it, once.
  public static func strip(_ prefix: String) -> KeyMap.Rule { KeyMap.Rule(action: .strip(prefix)) }

  /// Puts `prefix` in front of all names but those that begin with it or match one of `patterns`.
  public static func prefix(_ prefix: String, unless patterns: String...) -> KeyMap.Rule {
    KeyMap.Rule(action: .prefix(prefix, unless: patterns.map(NamePattern.init)))
  }

  /// Takes `text` out wherever it stands.
  public static func remove(_ text: String) -> KeyMap.Rule { KeyMap.Rule(action: .remove(text)) }

  /// Puts `new` wherever `text` stands.
  public static func replace(_ text: String, _ new: String) -> KeyMap.Rule { KeyMap.Rule(action: .replace(text, new)) }

  /// Renames what matches a pattern.
  ///
  /// - Precondition: as many stars in both.
  public static func rename(_ pattern: String, _ new: String) -> KeyMap.Rule {
    KeyMap.Rule(action: .rename(NamePattern(pattern), NamePattern(new, like: pattern), isFallback: false))
  }

  /// Renames what matches a pattern where no tensor has the new name; else it is left out, being a second copy.
  ///
  /// - Precondition: as many stars in both.
  public static func fallback(_ pattern: String, _ new: String) -> KeyMap.Rule {
    KeyMap.Rule(action: .rename(NamePattern(pattern), NamePattern(new, like: pattern), isFallback: true))
  }

  /// Leaves out what matches a pattern.
  public static func drop(_ pattern: String) -> KeyMap.Rule { KeyMap.Rule(action: .drop(NamePattern(pattern))) }

  /// Says that a model's parameters that match are not in such files and begin anew: their absence is no fault.
  public static func fresh(_ pattern: String) -> KeyMap.Rule { KeyMap.Rule(action: .fresh(NamePattern(pattern))) }
}

// Values
extension KeyMap.Rule {
  /// Gives a second name to what matches a pattern, with the same or changed values, unless a tensor has that name.
  ///
  /// What a model has no parameter for is not a leftover of the file and goes unsaid.
  /// - Precondition: as many stars in both.
  public static func copy(_ pattern: String, to new: String, _ change: ValueChange? = nil) -> KeyMap.Rule {
    KeyMap.Rule(action: .copy(NamePattern(pattern), NamePattern(new, like: pattern), change))
  }

  /// Changes the values of what matches a pattern.
  public static func change(_ pattern: String, _ change: ValueChange) -> KeyMap.Rule {
    KeyMap.Rule(action: .change(NamePattern(pattern), change))
  }

  /// Makes one tensor of several with equal extents, behind one another along the first axis.
  ///
  /// Parts whose stars stand for the same belong together; where one is absent the others stay as they are.
  /// - Precondition: at least one part has a name, and as many stars in all names.
  public static func join(_ parts: [Part], _ new: String) -> KeyMap.Rule {
    let patterns = parts.compactMap(\.pattern)
    let result = NamePattern(new)
    precondition(
      !patterns.isEmpty && patterns.allSatisfy { $0.starCount == result.starCount },
      "\(new) and the parts it is joined of have different numbers of stars")
    return KeyMap.Rule(action: .join(parts, result))
  }

  /// Makes several tensors of equal size of one, along its first axis; a part without a name is left out.
  ///
  /// - Precondition: as many stars in all names.
  public static func split(_ pattern: String, into names: [String?]) -> KeyMap.Rule {
    KeyMap.Rule(
      action: .split(NamePattern(pattern), names.map { $0.map { NamePattern($0, like: pattern) } }))
  }

  /// Fits what matches a pattern, by its new name, to the shape that the model's parameter has.
  public static func fit(_ pattern: String, _ fit: ShapeFit) -> KeyMap.Rule {
    KeyMap.Rule(action: .fit(NamePattern(pattern), fit))
  }

  /// A part of a joined tensor.
  public struct Part: Sendable, ExpressibleByStringLiteral {
    let pattern: NamePattern?

    /// The tensors that match a pattern.
    public init(stringLiteral pattern: String) { self.pattern = NamePattern(pattern) }

    private init(pattern: NamePattern?) { self.pattern = pattern }

    /// Zeros of the first named part's shape.
    public static let zeros: Part = Part(pattern: nil)
  }
}

extension NamePattern {
  /// A new name for what matches `pattern`.
  fileprivate init(_ text: String, like pattern: String) {
    self.init(text)
    precondition(
      starCount == NamePattern(pattern).starCount, "\(pattern) and \(text) have different numbers of stars")
  }
}
