/// A type as a reader writes it: `[Clip]`, not `Array<Clip>`.
func typeName(_ type: Any.Type) -> String {
  shortened(Substring("\(type)"))
}

private func shortened(_ text: Substring) -> String {
  guard let start = text.firstRange(of: "Array<") else { return String(text) }
  var depth = 0
  for index in text[start.upperBound...].indices {
    switch text[index] {
    case "<": depth += 1
    // The `>` of a function's arrow closes nothing.
    case ">" where index > text.startIndex && text[text.index(before: index)] == "-": break
    case ">" where depth > 0: depth -= 1
    case ">":
      return text[..<start.lowerBound] + "[" + shortened(text[start.upperBound..<index]) + "]"
        + shortened(text[text.index(after: index)...])
    default: break
    }
  }
  return String(text)
}
