internal import SluicePlatform

// JSON
extension AnnotationFormat {
  /// An object from path to caption or captions, in the file's order; a path without ending gets `.mp4`.
  public static let captions: AnnotationFormat = AnnotationFormat(
    "captions", "a JSON object from path to caption, or to a list of captions"
  ) { annotation in
    guard let facts = annotation.json else { return .no }
    return facts.isObject && !facts.isOfMSRVTT ? .likely : .no
  } read: { annotation throws(DatasetListError) in
    var items: [DatasetItem] = []
    var known: Set<ExactText> = []
    try annotation.readJSON("captions") { reader in
      try annotation.require(.object, of: "the file", "an object from path to caption, or to captions", &reader)
      try reader.object { key, value in
        let line = value.line
        let bytes = Array(key.utf8)
        let file = ByteText.looksLikeFile(bytes, bytes.indices) ? key : key + ".mp4"
        guard !key.isEmpty else { throw annotation.error(line: line, "an entry has no path in front of its caption") }
        guard known.insert(ExactText(file)).inserted else {
          throw annotation.error(
            line: line, "“\(key)” is there twice; wanted: one entry for each video, with a list of its captions")
        }
        let captions = try annotation.captions(of: key, &value)
        items.append(DatasetItem(path: annotation.resolve(file), captions: captions, line: line))
      }
    }
    return items
  }

  /// MSR-VTT's files: a video's captions together, videos in the order of their first caption.
  public static let msrvtt: AnnotationFormat = AnnotationFormat(
    "msrvtt", "MSR-VTT's JSON with `sentences` or `annotations`, or its CSV with `video_id,sentence`",
    takesPathTemplate: true
  ) { annotation in
    if TableFacts.hasColumns(["video_id", "sentence"], annotation) { return .certain }
    return annotation.json?.isOfMSRVTT == true ? .certain : .no
  } read: { annotation throws(DatasetListError) in
    try SentenceFile(annotation).items()
  }

  /// Something-Something's lists: `id.webm`, with its template as class and its label as caption.
  public static let something: AnnotationFormat = AnnotationFormat(
    "something", "Something-Something's JSON list of `id`, `label`, `template`; its label file goes to --classes"
  ) { annotation in
    guard let facts = annotation.json, facts.isList else { return .no }
    return facts.keys.contains("id") && (facts.keys.contains("template") || facts.keys.count == 1) ? .certain : .no
  } read: { annotation throws(DatasetListError) in
    try annotation.videosOfObjects("something", name: "id", endings: [".webm", ".mp4"]) { item, key, text in
      if key == "label" { item.captions = [text] }
      if key == "template" { item.labels = [.name(text.filter { $0 != "[" && $0 != "]" })] }
    }
  }

  /// Diving48's lists: `vid_name.mp4` and the number of its class.
  public static let diving48: AnnotationFormat = AnnotationFormat(
    "diving48", "Diving48's JSON list of `vid_name` and `label`; its vocabulary goes to --classes"
  ) { annotation in
    annotation.json?.keys.contains("vid_name") == true ? .certain : .no
  } read: { annotation throws(DatasetListError) in
    try annotation.videosOfObjects("diving48", name: "vid_name", endings: [".mp4"]) { item, key, text in
      guard key == "label" else { return }
      guard let number = Int(text), (0...DatasetLabel.largestNumber).contains(number) else {
        throw annotation.error(line: item.line, "label \(text); wanted: a class number from 0")
      }
      item.labels = [.number(number)]
    }
  }
}

/// What shows of a JSON file at its beginning.
struct JSONFacts {
  var kind: JSONReader.Kind = .word
  /// The first keys of the object, or those of the list's first object.
  var keys: Set<String> = []

  var isObject: Bool { kind == .object }
  var isList: Bool { kind == .array }

  /// Whether it has captions as MSR-VTT has them, or nothing but what stands beside them there.
  var isOfMSRVTT: Bool {
    let companions: Set<String> = ["info", "videos", "images", "licenses", "type"]
    return isObject
      && (!keys.isDisjoint(with: ["sentences", "annotations"]) || !keys.isEmpty && keys.isSubset(of: companions))
  }

  /// Whether the text begins as only JSON does, or has the ending of it.
  static func isJSON(_ text: TextBytes) -> Bool {
    if text.path.lowercased().hasSuffix(".json") { return true }
    guard let start = text.bytes.firstIndex(where: { !ByteText.isBlank($0) && $0 != 0x0A && $0 != 0x0D }) else {
      return false
    }
    let next = text.bytes[(start + 1)...].first { !ByteText.isBlank($0) && $0 != 0x0A && $0 != 0x0D }
    return switch (text.bytes[start], next) {
    case (UInt8(ascii: "{"), UInt8(ascii: "\"")), (UInt8(ascii: "["), UInt8(ascii: "{")): true
    default: false
    }
  }

  /// `nil` if it is no JSON.
  /// - Throws: ``DatasetListError`` if it begins as JSON, and is broken in its first entries.
  init?(_ annotation: Annotation) throws(DatasetListError) {
    guard case .text(let text) = annotation.content, JSONFacts.isJSON(text) else { return nil }
    var facts = JSONFacts()
    struct Enough: Error {}
    do {
      var reader = JSONReader(text.bytes)
      facts.kind = try reader.kind()
      switch facts.kind {
      case .object:
        try reader.object { key, value in
          facts.keys.insert(key)
          if facts.keys.count >= 50 { throw Enough() }
          try value.skip()
        }
      case .array:
        try reader.array { element in
          if try element.kind() == .object {
            try element.object { key, value in
              facts.keys.insert(key)
              try value.skip()
            }
          }
          throw Enough()
        }
      default: break
      }
    } catch is Enough {
    } catch let error as JSONReadingError {
      throw DatasetListError(error, in: annotation.path)
    } catch {
      throw annotation.error("\(error)")
    }
    self = facts
  }

  private init() {}
}

extension Annotation {
  /// The same with what its JSON shows, if it is that.
  /// - Throws: ``DatasetListError`` if it begins as JSON, and is broken in its first entries.
  func readingJSON() throws(DatasetListError) -> Annotation {
    var annotation = self
    annotation.json = try JSONFacts(self)
    return annotation
  }

  /// Reads the file as JSON; `body` takes the one value it holds.
  func readJSON(_ format: String, _ body: (inout JSONReader) throws -> Void) throws(DatasetListError) {
    var reader = JSONReader(try text(for: format).bytes)
    do {
      try body(&reader)
      try reader.end()
    } catch let problem as DatasetListError {
      throw problem
    } catch let problem as JSONReadingError {
      throw DatasetListError(problem, in: path)
    } catch {
      throw self.error("\(error)")
    }
  }

  /// What a value is, to be said where another is wanted; nothing is taken.
  func found(_ reader: inout JSONReader) throws -> String {
    let kind = try reader.kind()
    guard kind == .word else { return kind.rawValue }
    var copy = reader
    return try copy.literal()
  }

  /// - Throws: ``DatasetListError`` that says what `owner` is and what is `wanted`, if the next value is of another kind.
  func require(_ kind: JSONReader.Kind, of owner: String, _ wanted: String, _ reader: inout JSONReader) throws {
    guard try reader.kind() != kind else { return }
    let found = try found(&reader)
    throw error(line: reader.line, "\(owner) is of the wrong kind, \(found); wanted: \(wanted)")
  }

  /// Takes the caption or the captions of a path.
  fileprivate func captions(of path: String, _ reader: inout JSONReader) throws -> [String] {
    func wrong(_ found: String, line: Int) -> DatasetListError {
      error(line: line, "“\(path)” has \(found); wanted: a caption, or a list of captions")
    }
    let line = reader.line
    switch try reader.kind() {
    case .string: return [try reader.string()]
    case .array:
      var captions: [String] = []
      try reader.array { element in
        guard try element.kind() == .string else {
          let found = try found(&element)
          throw wrong("a list with \(found)", line: element.line)
        }
        captions.append(try element.string())
      }
      guard !captions.isEmpty else { throw wrong("an empty list", line: line) }
      return captions
    default:
      let found = try found(&reader)
      throw wrong(found, line: line)
    }
  }

  /// Videos of a list of objects whose member `name` names the file; the first ending that is on the disk is all files'.
  fileprivate func videosOfObjects(
    _ format: String, name: String, endings: [String],
    _ member: (_ item: inout DatasetItem, _ key: String, _ text: String) throws -> Void
  ) throws(DatasetListError) -> [DatasetItem] {
    var items: [DatasetItem] = []
    try readJSON(format) { reader in
      try require(.array, of: "the file", "a list of objects", &reader)
      try reader.array { element in
        try require(.object, of: "an entry", "an object with “\(name)”", &element)
        var item = DatasetItem(path: "")
        try element.object { key, value in
          if item.line == 0 { item.line = value.line }
          switch try value.kind() {
          case .string, .number:
            let text = try value.kind() == .string ? try value.string() : try value.literal()
            if key == name { item.path = resolve(text) } else { try member(&item, key, text) }
          default: try value.skip()
          }
        }
        guard !item.path.isEmpty else { throw error(line: element.line, "an entry has no “\(name)”") }
        items.append(item)
      }
    }
    let tried = items.prefix(2000)
    let ending = endings.first { ending in tried.contains { FileKind(at: $0.path + ending) == .file } } ?? endings[0]
    for index in items.indices { items[index].path += ending }
    return items
  }
}
