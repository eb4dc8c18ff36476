/// A source with its type sealed.
package protocol SourceBoxing: Sendable {
  var defaultName: String { get }
  var outputType: String { get }
  func outputSize(lookingAt samples: Int) -> ElementSize
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
  var count: Int { source.count }
  var fields: [FieldValue] { fieldValues(of: source) }

  mutating func set(_ field: String, to text: String) throws {
    try setField(field, to: text, of: &source)
  }

  func element(at index: Int, context: ElementContext) throws -> any Sendable {
    try source.element(at: index, context: context)
  }

  func name(of index: Int) -> String { source.name(of: index) }

  /// Looks at evenly spaced samples, or at none.
  func outputSize(lookingAt samples: Int) -> ElementSize {
    if let bounded = source as? any ByteBounded { return bounded.outputSize(of: ElementSize()) }
    guard let measuring = source as? any SampleMeasuring else { return ElementSize() }
    let number = min(samples, count)
    return measuring.outputSize(lookingAt: (0..<number).map { $0 * count / number })
  }
}

enum BatchBox<Element: Sendable> {
  static func collect(_ elements: [any Sendable]) -> any Sendable {
    // Holds: `batch` is declared behind a part whose output is `Element`.
    elements.map { $0 as! Element }
  }
}
