/// A source with its type sealed.
package protocol SourceBoxing: Sendable {
  var defaultName: String { get }
  var outputType: String { get }
  var outputByteBound: Int? { get }
  var count: Int { get }
  var fields: [FieldValue] { get }
  mutating func set(_ field: String, to text: String) throws
  func element(at index: Int, context: ElementContext) throws -> any Sendable
  func name(of index: Int) -> String
}

struct SourceBox<Boxed: Source>: SourceBoxing {
  var source: Boxed

  var defaultName: String { nodeName(of: Boxed.self) }
  var outputType: String { typeName(Boxed.Output.self) }
  var outputByteBound: Int? { (source as? any ByteBounded)?.outputByteBound }
  var count: Int { source.count }
  var fields: [FieldValue] { fieldValues(of: source) }

  mutating func set(_ field: String, to text: String) throws {
    try setField(field, to: text, of: &source)
  }

  func element(at index: Int, context: ElementContext) throws -> any Sendable {
    try source.element(at: index, context: context)
  }

  func name(of index: Int) -> String { source.name(of: index) }
}

enum BatchBox<Element: Sendable> {
  static func collect(_ elements: [any Sendable]) -> any Sendable {
    // Holds: `batch` is declared behind a part whose output is `Element`.
    elements.map { $0 as! Element }
  }
}
