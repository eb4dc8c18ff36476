/// Which parameters of a model are meant: by their checkpoint names, or by their rank.
///
/// As text a name in which `*` stands for any run of characters, also an empty one: `head.weight` is one parameter,
/// `head.*` begin so, `*.bias` end so, `*norm*` have it anywhere. `rank 1` are those with at most one axis.
public struct ParameterPattern: Sendable, Hashable, ExpressibleByStringLiteral, LosslessStringConvertible {
  private enum Kind: Hashable {
    case name(String)
    case wildcard(String)
    case rank(Int)
  }

  private let kind: Kind

  /// Every parameter.
  public static let all: ParameterPattern = "*"

  /// The parameter of this name, or those of a name with wildcards.
  public static func named(_ name: String) -> ParameterPattern {
    ParameterPattern(kind: name.utf8.contains(UInt8(ascii: "*")) ? .wildcard(name) : .name(name))
  }

  /// Names that begin with `start`.
  public static func prefix(_ start: String) -> ParameterPattern { ParameterPattern(kind: .wildcard(start + "*")) }

  /// Names that end with `end`.
  public static func suffix(_ end: String) -> ParameterPattern { ParameterPattern(kind: .wildcard("*" + end)) }

  /// Names with `part` anywhere.
  public static func containing(_ part: String) -> ParameterPattern {
    ParameterPattern(kind: .wildcard("*" + part + "*"))
  }

  /// Parameters with at most `rank` axes: vectors and single numbers for 1.
  public static func rank(atMost rank: Int) -> ParameterPattern { ParameterPattern(kind: .rank(rank)) }

  private init(kind: Kind) {
    self.kind = kind
  }

  /// Reads a name with wildcards or `rank 1`; `nil` for an empty text, for one with other spaces and for a negative rank.
  public init?(_ description: String) {
    let words = description.split(separator: " ", omittingEmptySubsequences: false)
    if words.count == 2, words[0] == "rank", let rank = Int(words[1]), rank >= 0 {
      self = .rank(atMost: rank)
    } else if words.count == 1, !words[0].isEmpty {
      self = .named(description)
    } else {
      return nil
    }
  }

  /// As the same text, read at run time, would be.
  public init(stringLiteral text: String) {
    let read: ParameterPattern? = .init(text)
    self = read ?? .named(text)
  }

  public var description: String {
    switch kind {
    case .name(let text), .wildcard(let text): text
    case .rank(let rank): "rank \(rank)"
    }
  }

  /// Whether the parameter `name` with `rank` axes is meant.
  public func matches(_ name: String, rank: Int) -> Bool {
    switch kind {
    case .name(let wanted): wanted == name
    case .wildcard(let pattern): ParameterPattern.matches(Array(pattern.utf8), Array(name.utf8))
    case .rank(let limit): rank <= limit
    }
  }

  /// Only the last star met is ever tried at another place: what stands before it fits already.
  private static func matches(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
    var (next, index) = (0, 0)
    var star: (after: Int, start: Int)?
    while index < name.count {
      if next < pattern.count, pattern[next] == UInt8(ascii: "*") {
        star = (next + 1, index)
        next += 1
      } else if next < pattern.count, pattern[next] == name[index] {
        (next, index) = (next + 1, index + 1)
      } else if let last = star {
        star = (last.after, last.start + 1)
        (next, index) = (last.after, last.start + 1)
      } else {
        return false
      }
    }
    return pattern[next...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
