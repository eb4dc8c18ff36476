internal import FoundationEssentials

extension MetricsLog {
  /// The lines of a log, none if there is no such file.
  ///
  /// Lines that cannot be read, such as a last one that was cut off, are left out.
  /// - Throws: ``RunError`` if there is a file that cannot be read.
  public static func lines(at path: String) throws(RunError) -> [Line] {
    try read(path).entries.compactMap(\.line)
  }

  static func read(_ path: String) throws(RunError) -> Content {
    guard FileManager.default.fileExists(atPath: path) else { return Content([]) }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw RunError(.file, "\(path) cannot be read. Look at its permissions.")
    }
    return Content(Array(data))
  }

  /// The bytes of a log, divided into lines.
  struct Content {
    struct Entry {
      /// Where it stands, its line feed included.
      let range: Range<Int>
      /// `nil` if it cannot be read.
      let line: Line?
    }

    let bytes: [UInt8]
    let entries: [Entry]

    init(_ bytes: [UInt8]) {
      let decoder = JSONDecoder()
      decoder.nonConformingFloatDecodingStrategy = .convertFromString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
      var entries: [Entry] = []
      var begin = 0
      while begin < bytes.count {
        let feed = bytes[begin...].firstIndex(of: UInt8(ascii: "\n"))
        let end = feed.map { $0 + 1 } ?? bytes.count
        entries.append(
          Entry(range: begin..<end, line: try? decoder.decode(Line.self, from: Data(bytes[begin..<(feed ?? end)]))))
        begin = end
      }
      self.bytes = bytes
      self.entries = entries
    }

    /// What stays of the log of a run that goes on behind a step.
    func kept(through step: Int) -> Kept {
      guard let last = entries.lastIndex(where: { $0.isKept(through: step) }) else { return Kept(bytes: []) }
      let kept = entries[...last].filter { $0.line == nil || $0.isKept(through: step) }
      var text: [UInt8] = []
      for entry in kept { text += bytes[entry.range] }
      // The last line may lack nothing but its end.
      let isWhole = text.last == UInt8(ascii: "\n")
      if !isWhole { text.append(UInt8(ascii: "\n")) }
      return Kept(bytes: text, isPrefix: isWhole && kept.count == last + 1)
    }
  }

  /// The lines that stay.
  struct Kept {
    let bytes: [UInt8]
    var isPrefix = true

    /// How much of the file's beginning it is; `nil` if it is more or less than that.
    var prefixLength: Int? { isPrefix ? bytes.count : nil }
  }
}

extension MetricsLog.Content.Entry {
  fileprivate func isKept(through step: Int) -> Bool { line.map { $0.step <= step } ?? false }
}
