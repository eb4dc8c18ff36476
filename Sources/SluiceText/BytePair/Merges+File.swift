internal import SluicePlatform

extension Merges {
  /// Bytes of a file that are read, and those that may come of it; CLIP's file has 1.4 million and makes 3.2 of them.
  private static let largestFile = 1 << 26

  /// Reads a file of merges as CLIP's `bpe_simple_vocab_16e6.txt.gz`, packed by gzip or not.
  ///
  /// The first line is skipped. Of the next 48,894 each holds two symbols with one space between, or nothing; what follows
  /// is not used. Lines end at `\n` or `\r\n`.
  /// - Throws: ``VocabularyError`` with the line, if the file cannot be read or unpacked, or if a line is no merge.
  public init(contentsOf path: String) throws(VocabularyError) {
    var bytes: [UInt8]
    do { bytes = try readFile(path, limit: Merges.largestFile + 1) } catch { throw VocabularyError(error) }
    guard bytes.count <= Merges.largestFile else { throw Merges.tooLarge(path) }
    if GzipText.isPacked(bytes) {
      do {
        bytes = try GzipText.unpacked(bytes, limit: Merges.largestFile)
      } catch {
        throw Merges.unpackable(path, error)
      }
    }
    let found = try Merges.lines(of: bytes, path)
    guard !found.isEmpty else {
      throw VocabularyError(
        origin: path,
        reason: "holds no merges; wanted: a first line that is skipped, then lines of two symbols with a space between "
          + "them, as in CLIP's bpe_simple_vocab_16e6.txt.gz")
    }
    self.init(checked: found, origin: path)
  }

  private static func tooLarge(_ path: String) -> VocabularyError {
    VocabularyError(
      origin: path, reason: "has more than \(largestFile.byteText), which no merges have; is it another file?")
  }

  private static func unpackable(_ path: String, _ failure: GzipText.Failure) -> VocabularyError {
    switch failure {
    case .tooLarge: tooLarge(path)
    case .cutOff: VocabularyError(origin: path, reason: "its gzip data ends before its end; fetch the file again")
    case .damaged: VocabularyError(origin: path, reason: "its gzip data is damaged; fetch the file again")
    }
  }

  private static func lines(of bytes: [UInt8], _ path: String) throws(VocabularyError) -> [String] {
    var lines: [String] = []
    let all = bytes.split(separator: 0x0A, maxSplits: limit + 1, omittingEmptySubsequences: false)
    for (index, whole) in all.dropFirst().prefix(limit).enumerated() {
      let line = whole.last == 0x0D ? whole.dropLast() : whole
      if line.isEmpty { continue }
      func error(_ reason: String) -> VocabularyError { VocabularyError(origin: path, line: index + 2, reason: reason) }
      guard let text = String(validating: line, as: UTF8.self) else {
        throw error("is no UTF-8 text; wanted: merges, such as CLIP's bpe_simple_vocab_16e6.txt.gz")
      }
      let symbols = text.split(separator: " ", omittingEmptySubsequences: false)
      guard symbols.count == 2 else {
        throw error(
          "“\(text.prefix(60))” is no merge; wanted: two symbols with one space between, such as “th e</w>”, as in CLIP's "
            + "bpe_simple_vocab_16e6.txt.gz")
      }
      for symbol in symbols {
        if let objection = objection(to: String(symbol)) { throw error(objection) }
      }
      lines.append(text)
    }
    return lines
  }
}
