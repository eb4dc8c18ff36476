internal import SluicePlatform

/// Something with fields that can be set by name from the command line.
public protocol Configurable: Sendable {
  /// The settable fields; none unless said.
  static var settings: [Setting<Self>] { get }
}

extension Configurable {
  public static var settings: [Setting<Self>] { [] }
}

/// A field of a stage that `--set stage.field=value` may change.
///
/// ```swift
/// static var settings: [Setting<Self>] { [Setting("ratio", \.ratio, in: 0...1)] }
/// ```
public struct Setting<Root>: Sendable {
  /// The field's name, after the dot.
  public let name: String
  /// Whether another value can change results; a run is not resumed with another one without being told to.
  public let changesResults: Bool
  package let read: @Sendable (Root) -> String
  package let write: @Sendable (inout Root, String) throws -> Void

  /// A field read and written by functions.
  /// - Parameters:
  ///   - read: the value as text that `write` understands.
  ///   - write: sets the value from text, or throws what is wrong with the text.
  public init(
    _ name: String, changesResults: Bool = true, read: @escaping @Sendable (Root) -> String,
    write: @escaping @Sendable (inout Root, String) throws -> Void
  ) {
    self.name = name
    self.changesResults = changesResults
    self.read = read
    self.write = write
  }

  /// A field with a textual form.
  public init<Value: LosslessStringConvertible & Sendable>(
    _ name: String, _ field: any WritableKeyPath<Root, Value> & Sendable, changesResults: Bool = true
  ) {
    self.init(name, changesResults: changesResults, read: { $0[keyPath: field].description }) { root, text in
      root[keyPath: field] = try SettingText.parse(text)
    }
  }

  /// A number with bounds.
  public init<Value: LosslessStringConvertible & Comparable & Sendable>(
    _ name: String, _ field: any WritableKeyPath<Root, Value> & Sendable, in range: ClosedRange<Value>,
    changesResults: Bool = true
  ) {
    self.init(name, changesResults: changesResults, read: { $0[keyPath: field].description }) { root, text in
      let value: Value = try SettingText.parse(text)
      guard range.contains(value) else {
        throw SettingError("\(text) is outside \(range.lowerBound)...\(range.upperBound)")
      }
      root[keyPath: field] = value
    }
  }

  /// One of a few words.
  public init<Value: RawRepresentable & CaseIterable & Sendable>(
    _ name: String, _ field: any WritableKeyPath<Root, Value> & Sendable, changesResults: Bool = true
  ) where Value.RawValue == String {
    self.init(name, changesResults: changesResults, read: { $0[keyPath: field].rawValue }) { root, text in
      guard let value = Value(rawValue: text) else {
        let words = Value.allCases.map(\.rawValue)
        let hint = nearestName(to: text, among: words).map { "; did you mean \($0)?" } ?? ""
        throw SettingError("\(text) is none of \(words.joined(separator: ", "))\(hint)")
      }
      root[keyPath: field] = value
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
  static func parse<Value: LosslessStringConvertible>(_ text: String) throws -> Value {
    guard let value = Value(text) else {
      throw SettingError("“\(text)” is no \(wanted(Value.self))")
    }
    return value
  }

  private static func wanted(_ type: Any.Type) -> String {
    switch type {
    case is any BinaryInteger.Type: "whole number"
    case is any BinaryFloatingPoint.Type: "number"
    case is Bool.Type: "true or false"
    default: "\(type)"
    }
  }
}
