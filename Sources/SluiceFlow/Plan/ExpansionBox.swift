/// An expansion with its types sealed.
package protocol ExpansionBoxing: Sendable {
  var defaultName: String { get }
  var inputType: String { get }
  var outputType: String { get }
  var count: Int { get }
  var fields: [FieldValue] { get }
  func outputSize(of input: ElementSize) -> ElementSize
  mutating func set(_ field: String, to text: String) throws
  nonisolated(nonsending) func run(_ input: any Sendable, _ context: ElementContext) async throws -> [any Sendable]
}

struct ExpansionBox<Boxed: Expansion>: ExpansionBoxing {
  var expansion: Boxed

  var defaultName: String { nodeName(of: Boxed.self) }
  var inputType: String { typeName(Boxed.Input.self) }
  var outputType: String { typeName(Boxed.Output.self) }
  var count: Int { expansion.count }
  var fields: [FieldValue] { fieldValues(of: expansion) }

  func outputSize(of input: ElementSize) -> ElementSize {
    // What is only repeated is as large as before.
    if expansion is Repeat<Boxed.Input> { return input }
    return (expansion as? any ByteBounded)?.outputSize(of: input) ?? ElementSize()
  }

  mutating func set(_ field: String, to text: String) throws { try setField(field, to: text, of: &expansion) }

  nonisolated(nonsending) func run(_ input: any Sendable, _ context: ElementContext) async throws -> [any Sendable] {
    // Holds: the builder admits an expansion only behind a part whose output is its input.
    try await expansion(input as! Boxed.Input, context: context)
  }
}
