internal import SluicePlatform

/// MSR-VTT's sentences, each of a video: its own JSON, the one repacked as COCO's, or a CSV.
struct SentenceFile {
  private let annotation: Annotation
  private var indices: [ExactText: Int] = [:]
  private var result: [DatasetItem] = []

  init(_ annotation: Annotation) {
    self.annotation = annotation
  }

  /// The videos in the order of their first sentence, each with all of them.
  consuming func items() throws(DatasetListError) -> [DatasetItem] {
    let text = try annotation.text(for: "msrvtt")
    if JSONFacts.isJSON(text) || text.firstByte == UInt8(ascii: "{") { try readJSON() } else { try readTable(text) }
    return result
  }

  private mutating func add(_ item: DatasetItem, named video: String) {
    if let index = indices[ExactText(video)] {
      result[index].captions += item.captions
    } else {
      indices[ExactText(video)] = result.count
      result.append(item)
    }
  }

  private mutating func readTable(_ text: TextBytes) throws(DatasetListError) {
    let table = try CSVTable(text)
    let rows = try VideoTable(annotation, table, video: "video_id", caption: "sentence", template: .msrvtt)
    for item in try rows.items() { add(item, named: item.name ?? item.path) }
  }

  private mutating func readJSON() throws(DatasetListError) {
    let template = annotation.pathTemplate ?? .msrvtt
    if let column = template.columns.first(where: { $0 != "video_id" }) {
      throw annotation.error("the template “\(template.text)” names \(column); this JSON has only video_id for paths")
    }
    for (video, caption) in try sentences() {
      var item = DatasetItem(
        path: annotation.resolve(template.path { _ in video }), captions: [caption], line: result.count + 1)
      item.name = video
      add(item, named: video)
    }
  }

  /// All sentences in the order of the file.
  private func sentences() throws(DatasetListError) -> [(video: String, caption: String)] {
    var sentences: [(video: String, caption: String)] = []
    var hasSentences = false
    try annotation.readJSON("msrvtt") { reader in
      try annotation.require(.object, of: "the file", "an object with “sentences” or “annotations”", &reader)
      try reader.object { key, value in
        guard key == "sentences" || key == "annotations" else { return try value.skip() }
        hasSentences = true
        try annotation.require(.array, of: "“\(key)”", "a list of objects with a video and its caption", &value)
        try value.array { sentences.append(try sentence(&$0)) }
      }
    }
    guard hasSentences else {
      throw annotation.error("no MSR-VTT file: “sentences” or “annotations” with captions are missing")
    }
    return sentences
  }

  private func sentence(_ reader: inout JSONReader) throws -> (video: String, caption: String) {
    try annotation.require(.object, of: "a sentence", "an object with a video and its caption", &reader)
    var video: String?
    var caption: String?
    var wrong: (key: String, found: String)?
    try reader.object { key, value in
      switch (key, try value.kind()) {
      case ("video_id", .string), ("image_id", .string): video = try value.string()
      case ("video_id", .number), ("image_id", .number): video = try value.literal()
      case ("caption", .string): caption = try value.string()
      case ("video_id", _), ("image_id", _), ("caption", _):
        wrong = (key, try annotation.found(&value))
        try value.skip()
      default: try value.skip()
      }
    }
    let name = caption ?? video ?? ""
    if let wrong {
      throw annotation.error(
        line: reader.line, "the sentence “\(name)” has \(wrong.found) as “\(wrong.key)”; wanted: a text")
    }
    guard let video, let caption, !video.isEmpty else {
      let missing = video?.isEmpty ?? true ? "“video_id” or “image_id”" : "“caption”"
      throw annotation.error(line: reader.line, "the sentence “\(name)” has no \(missing)")
    }
    return (video, caption)
  }
}
