internal import SluiceCheckpoints

/// The texts in the header of a file of views or tokens.
struct TableMetadata {
  private let path: String
  private let texts: [String: String]

  /// - Parameter format: what the file must say that it is; anything if `nil`.
  /// - Throws: ``TableError`` if it says something else.
  init(of file: SafetensorsFile, format: String? = nil) throws(TableError) {
    (path, texts) = (file.path, file.metadata)
    guard let format, texts["format"] != format else { return }
    let found = texts["format"].map { "it is “\($0)”" } ?? "its metadata has no “format”"
    throw TableError(path, "\(found), and “\(format)” is wanted. Name another file, or make this one anew.")
  }

  /// - Throws: ``TableError`` if it is missing or empty.
  func text(_ name: String) throws(TableError) -> String {
    guard let text = texts[name], !text.isEmpty else {
      throw TableError(
        path, "its metadata has no “\(name)”. A table of tokens has views, tokenizer and vocabulary; see FORMAT.md.")
    }
    return text
  }

  /// - Parameter missing: what counts where it is not there; an error if `nil`.
  /// - Throws: ``TableError`` if it is no number of the range.
  func number(_ name: String, in range: ClosedRange<Int>, missing: Int? = nil) throws(TableError) -> Int {
    if let missing, texts[name] == nil { return missing }
    let text = try text(name)
    guard let number = Int(text), range.contains(number) else {
      throw TableError(
        path,
        "its metadata “\(name)” is “\(text)”; a whole number in \(range.lowerBound)...\(range.upperBound) is wanted.")
    }
    return number
  }
}
