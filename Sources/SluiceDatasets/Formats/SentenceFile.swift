internal import SluicePlatform

/// MSR-VTT's sentences, each of a video: its own JSON, the one repacked as COCO's, or a CSV.
struct SentenceFile {
  private let annotation: Annotation
  private var captions: [ExactText: Int] = [:]
  private var result: [DatasetItem] = []

  init(_ annotation: Annotation) {
    self.annotation = annotation
  }

  /// The videos in the order of their first sentence, each with all of them.
  consuming func items() throws(DatasetListError) -> [DatasetItem] {
    let text = try annotation.text(for: "msrvtt")
    if text.firstByte == UInt8(ascii: "{") { try readJSON() } else { try readTable(text) }
    return result
  }

  private mutating func add(_ video: String, _ caption: String) {
    if let index = captions[ExactText(video)] {
      result[index].captions.append(caption)
    } else {
      captions[ExactText(video)] = result.count
      result.append(
        DatasetItem(path: annotation.resolve(video + ".mp4"), captions: [caption], line: result.count + 1))
    }
  }

  private mutating func readTable(_ text: TextBytes) throws(DatasetListError) {
    let table = try CSVTable(text)
    let columns = try table.columns(of: ["video_id", "sentence"])
    var pairs: [(String, String)] = []
    try table.forEachRow(atLeast: (columns.max() ?? 0) + 1) { row throws(DatasetListError) in
      pairs.append((row.fields[columns[0]], row.fields[columns[1]]))
    }
    for (video, caption) in pairs { add(video, caption) }
  }

  private mutating func readJSON() throws(DatasetListError) {
    var pairs: [(String, String)] = []
    var hasSentences = false
    let annotation = annotation
    try annotation.readJSON("msrvtt") { reader in
      try reader.object { key, value in
        guard key == "sentences" || key == "annotations" else { return try value.skip() }
        hasSentences = true
        try value.array { pairs.append(try SentenceFile.sentence(&$0, annotation)) }
      }
    }
    guard hasSentences else {
      throw annotation.error("no MSR-VTT file: “sentences” or “annotations” with captions are missing")
    }
    for (video, caption) in pairs { add(video, caption) }
  }

  private static func sentence(
    _ reader: inout JSONReader, _ annotation: Annotation
  ) throws -> (video: String, caption: String) {
    var video: String?
    var caption: String?
    try reader.object { key, value in
      switch key {
      case "video_id", "image_id": video = try value.kind() == .number ? value.literal() : value.string()
      case "caption": caption = try value.string()
      default: try value.skip()
      }
    }
    guard let video, let caption else {
      let missing = video == nil ? "“video_id” or “image_id”" : "“caption”"
      throw annotation.error(line: reader.line, "the sentence “\(caption ?? video ?? "")” has no \(missing)")
    }
    return (video, caption)
  }
}
