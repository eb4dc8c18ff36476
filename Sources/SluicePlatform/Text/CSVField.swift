extension String {
  /// The text as one field of a line of comma-separated values (RFC 4180): in quotes where it has to be.
  package var csvField: String {
    guard contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return self }
    return "\"" + split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}
