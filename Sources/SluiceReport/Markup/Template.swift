internal import Mustache

/// Markup with places for values, in Mustache; every value put in is escaped.
///
/// Values come from the stored properties of what is rendered, by name.
struct Template: Sendable {
  private static let isEscapingRegistered: Bool = {
    MustacheContentTypes.register(MarkupText(), named: "MARKUP")
    return true
  }()

  private let template: MustacheTemplate

  /// - Parameter text: a literal of this module.
  init(_ text: String) {
    precondition(Template.isEscapingRegistered)
    do {
      template = try MustacheTemplate(string: "{{% CONTENT_TYPE: MARKUP}}" + text)
    } catch {
      // No input can cause it: templates are literals, and the tests render every one of them.
      preconditionFailure("template: \(error)\n\(text)")
    }
  }

  func html(_ values: Any) -> String { template.render(values) }
}

/// Escapes text for element content and attributes, in HTML and in XML.
///
/// Scalar by scalar, not character by character: a quote followed by a combining mark is one character, but it would
/// end an attribute all the same. What neither language allows becomes U+FFFD.
struct MarkupText: MustacheContentType {
  func escapeText(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": result.append(contentsOf: "&lt;".unicodeScalars)
      case ">": result.append(contentsOf: "&gt;".unicodeScalars)
      case "&": result.append(contentsOf: "&amp;".unicodeScalars)
      case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
      case "'": result.append(contentsOf: "&#39;".unicodeScalars)
      case "\t", "\n": result.append(scalar)
      case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value & 0xFFFE == 0xFFFE:
        result.append("\u{FFFD}")
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}
