internal import SluicePlatform

/// How the images of a folder are named after the numbers of their frames, from 1.
///
/// ```swift
/// let template = try ImageTemplate("img_{:05d}.jpg")
/// template.name(of: 7, in: "archery/a1b2")            // img_00007.jpg
/// try ImageTemplate("{}-{:06d}.jpg").name(of: 7, in: "frames/46GP8")   // 46GP8-000007.jpg
/// ```
/// The last field is the number, `{}`, `{:d}` or with the digits it has at least, `{:05d}`; one before it is the name of the
/// folder. Doubled braces stand for themselves.
public struct ImageTemplate: Sendable, Hashable {
  /// The template as it was given.
  public let text: String
  // What stands before, between and behind the fields.
  private let beginning: String
  private let middle: String?
  private let ending: String
  private let digits: Int

  /// - Throws: ``ImageTemplateError`` if it has no number, or a field of another form.
  public init(_ text: String) throws(ImageTemplateError) {
    self.text = text
    let (texts, fields) = try ImageTemplate.split(text)
    guard let number = fields.last, fields.count <= 2 else {
      throw ImageTemplateError(
        template: text,
        reason: fields.isEmpty
          ? "it has no number, and every frame would be the same image; wanted: one such as img_{:05d}.jpg"
          : "it has \(fields.count) fields; wanted: the number, or the folder's name and the number")
    }
    guard fields.count == 1 || fields[0].isEmpty || fields[0] == ":s" else {
      throw ImageTemplateError(
        template: text, reason: "its first field is {\(fields[0])}; the name of the folder is {}")
    }
    guard let digits = ImageTemplate.digits(number) else {
      throw ImageTemplateError(
        template: text, reason: "{\(number)} is no number of a frame; wanted: {:05d}, {:d} or {}")
    }
    guard !text.utf8.contains(UInt8(ascii: "/")) else {
      throw ImageTemplateError(template: text, reason: "it holds a slash; wanted: the name of a file in the folder")
    }
    self.digits = digits
    beginning = texts[0]
    middle = fields.count == 2 ? texts[1] : nil
    ending = texts[fields.count]
  }

  /// What stands around the fields, and what stands in them.
  private static func split(_ text: String) throws(ImageTemplateError) -> (texts: [String], fields: [String]) {
    var texts = [""]
    var fields: [String] = []
    var rest = Array(text.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      let isDoubled = rest.first == scalar
      switch scalar {
      case "{" where isDoubled, "}" where isDoubled:
        rest.removeFirst()
        texts[texts.count - 1].unicodeScalars.append(scalar)
      case "{":
        guard let end = rest.firstIndex(of: "}") else {
          throw ImageTemplateError(template: text, reason: "a brace has no counterpart; wanted: one such as {:05d}")
        }
        var field = String.UnicodeScalarView()
        field.append(contentsOf: rest[..<end])
        fields.append(String(field))
        texts.append("")
        rest = rest[(end + 1)...]
      case "}":
        throw ImageTemplateError(template: text, reason: "a brace has no counterpart; wanted: one such as {:05d}")
      default: texts[texts.count - 1].unicodeScalars.append(scalar)
      }
    }
    return (texts, fields)
  }

  /// How many digits a number has at least: of ``, `:d` and `:05d`.
  private static func digits(_ field: String) -> Int? {
    if field.isEmpty || field == ":d" { return 1 }
    guard field.hasPrefix(":0"), field.hasSuffix("d"), let digits = Int(field.dropFirst(2).dropLast()),
      (1...18).contains(digits)
    else { return nil }
    return digits
  }

  /// The name of a frame's image.
  /// - Parameters:
  ///   - number: the frame's, from 1.
  ///   - folder: the path of the folder.
  public func name(of number: Int, in folder: String) -> String {
    prefix(in: folder) + max(number, 0).padded(to: digits) + ending
  }

  /// The number of the frame that an image of the folder shows; `nil` if it is not named like one.
  public func number(of name: String, in folder: String) -> Int? {
    let (start, end) = (Array(prefix(in: folder).utf8), Array(ending.utf8))
    let bytes = Array(name.utf8)
    guard bytes.count > start.count + end.count, bytes.starts(with: start), bytes.suffix(end.count).elementsEqual(end)
    else { return nil }
    let range = start.count..<bytes.count - end.count
    // As it would be written: `img_00007.jpg` is frame 7 of {:05d}, `img_7.jpg` and `img_0000007.jpg` are other files.
    guard ByteText.isDigit(bytes[start.count]), let number = ByteText.number(bytes, range), number < .max,
      number.padded(to: digits).utf8.elementsEqual(bytes[range])
    else { return nil }
    return number
  }

  /// What stands before the number.
  private func prefix(in folder: String) -> String {
    guard let middle else { return beginning }
    return beginning + (folder.split(separator: "/").last.map(String.init) ?? folder) + middle
  }
}

/// What is wrong with a template of images' names.
public struct ImageTemplateError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The template as it was given.
  public let template: String
  /// What was found and what was wanted.
  public let reason: String

  public var description: String { "the template “\(template)”: \(reason)" }
}
