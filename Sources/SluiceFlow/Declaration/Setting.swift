internal import SluicePlatform

/// Something with fields that can be set by name from the command line.
public protocol Configurable: Sendable {
  /// The settable fields; none unless said.
  static var settings: [Setting<Self>] { get }
}

extension Configurable {
  public static var settings: [Setting<Self>] { [] }
}

/// A field that `--set stage.field=value` may change.
///
/// ```swift
/// struct Fade: Stage {
///   var ratio = 0.5
///   static var settings: [Setting<Self>] { [Setting("ratio", \.ratio, in: 0...1)] }
///   func callAsFunction(_ input: Photo, context: ElementContext) -> Photo { input.faded(by: ratio) }
/// }
/// ```
public struct Setting<Root>: Sendable {
  /// The field's name, after the dot.
  public private(set) var name: String
  /// Whether another value can change results; a run is not resumed with another one without being told to.
  public let changesResults: Bool
  /// The values the field takes.
  public let domain: SettingDomain
  /// The value as text that ``write`` understands.
  public let read: @Sendable (Root) -> String
  /// Sets the field from text, or throws what is wrong with the text.
  public let write: @Sendable (inout Root, String) throws -> Void
  /// The option of a run without which the field has no effect, such as `--from`; `nil` if it needs none.
  public private(set) var neededOption: String?
  private var conditions: [(description: String, holds: @Sendable (Root) -> Bool)] = []

  /// A field read and written by functions.
  /// - Parameters:
  ///   - read: the value as text that `write` understands.
  ///   - write: sets the value from text, or throws what is wrong with the text.
  public init(
    _ name: String, changesResults: Bool = true, domain: SettingDomain = .text,
    read: @escaping @Sendable (Root) -> String, write: @escaping @Sendable (inout Root, String) throws -> Void
  ) {
    self.name = name
    self.changesResults = changesResults
    self.domain = domain
    self.read = read
    self.write = write
  }

  /// A field with a textual form.
  /// - Parameter form: what texts there are, with the range of numbers in them, as a message ends with it.
  public init<Value: LosslessStringConvertible & Sendable>(
    _ name: String, _ field: any WritableKeyPath<Root, Value> & Sendable, form: String, changesResults: Bool = true
  ) {
    self.init(name, changesResults: changesResults, read: { $0[keyPath: field].description }) { root, text in
      root[keyPath: field] = try SettingText.parse(text, wanted: form)
    }
  }

  /// A field that is true or false.
  public init(
    _ name: String, _ field: any WritableKeyPath<Root, Bool> & Sendable, changesResults: Bool = true
  ) {
    self.init(name, changesResults: changesResults, domain: .truth, read: { $0[keyPath: field].description }) {
      root, text in
      root[keyPath: field] = try SettingText.parse(text, wanted: "true or false")
    }
  }

  /// A number with bounds.
  public init<Value: LosslessStringConvertible & Comparable & Sendable>(
    _ name: String, _ field: any WritableKeyPath<Root, Value> & Sendable, in range: ClosedRange<Value>,
    changesResults: Bool = true
  ) {
    self.init(
      name, changesResults: changesResults, domain: .of(Value.self, in: range),
      read: { $0[keyPath: field].description }
    ) { root, text in
      root[keyPath: field] = try SettingText.parse(text, in: range)
    }
  }

  /// A number with bounds, or a word for none.
  public init<Value: LosslessStringConvertible & Comparable & Sendable>(
    _ name: String, _ field: any WritableKeyPath<Root, Value?> & Sendable, in range: ClosedRange<Value>,
    none word: String, changesResults: Bool = true
  ) {
    self.init(
      name, changesResults: changesResults, domain: .of(Value.self, in: range, none: word),
      read: { $0[keyPath: field]?.description ?? word }
    ) { root, text in
      guard text != word else { return root[keyPath: field] = nil }
      do { root[keyPath: field] = try SettingText.parse(text, in: range) } catch {
        throw SettingError("\(error), and not \(word)")
      }
    }
  }

  /// One of a few words.
  /// - Parameter values: those that make sense here; all if `nil`.
  public init<Value: RawRepresentable & CaseIterable & Sendable>(
    _ name: String, _ field: any WritableKeyPath<Root, Value> & Sendable, among values: [Value]? = nil,
    changesResults: Bool = true
  ) where Value.RawValue == String {
    let words = (values ?? Array(Value.allCases)).map(\.rawValue)
    self.init(name, changesResults: changesResults, domain: .words(words), read: { $0[keyPath: field].rawValue }) {
      root, text in
      guard words.contains(text), let value = Value(rawValue: text) else {
        let hint = didYouMean(text, among: words)
        throw SettingError("\(text) is none of \(words.joined(separator: ", ")).\(hint)")
      }
      root[keyPath: field] = value
    }
  }
}

extension Setting {
  /// This field, which has an effect only where `condition` holds; set anywhere else it is refused.
  /// - Parameter description: the condition in words: “recipe.mask is not cube”.
  public func applying(when description: String, _ condition: @escaping @Sendable (Root) -> Bool) -> Setting<Root> {
    var copy = self
    copy.conditions.append((description, condition))
    return copy
  }

  /// This field, which has an effect only in runs that are given an option; set in others it is refused.
  public func needing(option: String) -> Setting<Root> {
    var copy = self
    copy.neededOption = option
    return copy
  }

  /// Why the field has no effect in `root`, as a condition in words; `nil` if it has one.
  public func unmetCondition(in root: Root) -> String? {
    conditions.first { !$0.holds(root) }?.description
  }

  /// This field with something done to its owner whenever it was set: a preset brings other values.
  public func afterwards(_ change: @escaping @Sendable (inout Root) -> Void) -> Setting<Root> {
    var copy = Setting(name, changesResults: changesResults, domain: domain, read: read) { [write] root, text in
      try write(&root, text)
      change(&root)
    }
    (copy.neededOption, copy.conditions) = (neededOption, conditions)
    return copy
  }

  /// The same field of what is inside something larger, as `prefix` and its name.
  public func inside<Outer>(
    _ path: any WritableKeyPath<Outer, Root> & Sendable, prefix: String = ""
  ) -> Setting<Outer> {
    var outer = Setting<Outer>(
      prefix + name, changesResults: changesResults, domain: domain, read: { [read] in read($0[keyPath: path]) }
    ) { [write] outer, text in
      try write(&outer[keyPath: path], text)
    }
    outer.neededOption = neededOption
    outer.conditions = conditions.map { condition in
      (condition.description, { condition.holds($0[keyPath: path]) })
    }
    return outer
  }
}

/// The values that a field takes.
public enum SettingDomain: Sendable, Equatable {
  case words([String])
  /// A number between bounds, whole or not, or a word for none.
  case number(in: ClosedRange<Double>, isWhole: Bool, none: String?)
  case truth
  /// Text of a form of its own.
  case text

  static func of<Value>(_ type: Value.Type, in range: ClosedRange<Value>, none: String? = nil) -> SettingDomain {
    switch (range.lowerBound, range.upperBound) {
    case (let low as Int, let high as Int): .number(in: Double(low)...Double(high), isWhole: true, none: none)
    case (let low as Double, let high as Double): .number(in: low...high, isWhole: false, none: none)
    default: .text
    }
  }
}

/// Why a text is no value of a field.
public struct SettingError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String

  public init(_ description: String) {
    self.description = description
  }
}

enum SettingText {
  /// - Parameter form: what is wanted, without an article.
  static func parse<Value: LosslessStringConvertible>(
    _ text: String, wanted form: String
  ) throws(SettingError) -> Value {
    guard let value = Value(text) else { throw SettingError("“\(text)” is no \(form)") }
    return value
  }

  static func parse<Value: LosslessStringConvertible & Comparable>(
    _ text: String, in range: ClosedRange<Value>
  ) throws(SettingError) -> Value {
    let bounds = "\(range.lowerBound)...\(range.upperBound)"
    guard let value = Value(text) else {
      let kind = Value.self is any BinaryInteger.Type ? "whole number" : "number"
      throw SettingError("“\(text)” is no \(kind) in \(bounds)")
    }
    guard range.contains(value) else { throw SettingError("\(text) is outside \(bounds)") }
    return value
  }
}
