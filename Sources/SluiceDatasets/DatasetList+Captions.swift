internal import Foundation

extension DatasetList {
  /// A JSON object from path to caption or captions, in the file's order; a path without ending gets `.mp4`.
  init(captions path: String, root: String?) throws {
    items = try OrderedJSON.entries(try DatasetList.read(path), path).enumerated().map { number, entry in
      let data = Data(entry.value.utf8)
      let captions: [String]
      if let one = try? JSONDecoder().decode(String.self, from: data) {
        captions = [one]
      } else if let several = try? JSONDecoder().decode([String].self, from: data) {
        captions = several
      } else {
        throw DatasetListError(
          path: path, line: nil,
          reason: "“\(entry.key)” has \(entry.value.prefix(40)); wanted: a caption, or a list of captions")
      }
      let file = entry.key.split(separator: "/").last?.contains(".") == true ? entry.key : entry.key + ".mp4"
      return DatasetItem(path: DatasetList.resolve(file, root: root), captions: captions, line: number + 1)
    }
  }

  /// MSR-VTT's files: a video's captions together, videos in the order of their first caption.
  init(msrvtt path: String, root: String?) throws {
    struct Sentence: Decodable {
      let video_id: String?
      let image_id: String?
      let caption: String
    }
    struct File: Decodable {
      let sentences: [Sentence]?
      let annotations: [Sentence]?
    }
    let text = try DatasetList.read(path)
    var pairs: [(video: String, caption: String)] = []
    if text.first(where: { !$0.isWhitespace }) == "{" {
      guard let file = try? JSONDecoder().decode(File.self, from: Data(text.utf8)) else {
        throw DatasetListError(
          path: path, line: nil, reason: "no MSR-VTT file: “sentences” or “annotations” with captions are missing")
      }
      for sentence in file.sentences ?? file.annotations ?? [] {
        guard let video = sentence.video_id ?? sentence.image_id else { continue }
        pairs.append((video, sentence.caption))
      }
    } else {
      pairs = try CSVTable(text, path).columns(["video_id", "sentence"]).map { ($0[0], $0[1]) }
    }
    var captions: [String: [String]] = [:]
    var order: [String] = []
    for pair in pairs {
      if captions[pair.video] == nil { order.append(pair.video) }
      captions[pair.video, default: []].append(pair.caption)
    }
    items = order.enumerated().map { number, video in
      DatasetItem(
        path: DatasetList.resolve(video + ".mp4", root: root), captions: captions[video] ?? [], line: number + 1)
    }
  }

  /// WebVid's CSV: `page_dir/videoid.mp4` with its name as caption.
  init(webvid path: String, root: String?) throws {
    let rows = try CSVTable(try DatasetList.read(path), path).columns(["videoid", "page_dir", "name"])
    items = rows.enumerated().map { number, row in
      DatasetItem(
        path: DatasetList.resolve("\(row[1])/\(row[0]).mp4", root: root), captions: [row[2]], line: number + 2)
    }
  }
}

/// The entries of a JSON object in their order, which a dictionary would lose.
enum OrderedJSON {
  static func entries(_ text: String, _ path: String) throws -> [(key: String, value: Substring)] {
    let bytes = text.utf8
    var place = bytes.startIndex
    func fail(_ wanted: String) -> DatasetListError {
      let line = text[..<place].count(where: \.isNewline) + 1
      return DatasetListError(
        path: path, line: line, reason: "no JSON object from path to caption: \(wanted) wanted here")
    }
    func skipBlanks() {
      while place < bytes.endIndex, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) {
        place = bytes.index(after: place)
      }
    }
    func next() -> UInt8? { place < bytes.endIndex ? bytes[place] : nil }
    func string() throws -> Substring {
      let start = place
      guard next() == UInt8(ascii: "\"") else { throw fail("a text") }
      place = bytes.index(after: place)
      while let byte = next(), byte != UInt8(ascii: "\"") {
        let step = byte == UInt8(ascii: "\\") ? 2 : 1  // whatever is escaped does not end the text
        place = bytes.index(place, offsetBy: step, limitedBy: bytes.endIndex) ?? bytes.endIndex
      }
      guard place < bytes.endIndex else { throw fail("the end of a text") }
      place = bytes.index(after: place)
      return text[start..<place]
    }
    func value() throws -> Substring {
      let start = place
      var depth = 0
      while let byte = next() {
        switch byte {
        case UInt8(ascii: "\""):
          _ = try string()
          if depth == 0 { return text[start..<place] }
          continue
        case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
        case UInt8(ascii: "]"), UInt8(ascii: "}"):
          if depth == 0 { return text[start..<place] }
          depth -= 1
          if depth == 0 {
            place = bytes.index(after: place)
            return text[start..<place]
          }
        case UInt8(ascii: ",") where depth == 0: return text[start..<place]
        default: break
        }
        place = bytes.index(after: place)
      }
      throw fail("the end of a value")
    }
    var entries: [(key: String, value: Substring)] = []
    skipBlanks()
    guard next() == UInt8(ascii: "{") else { throw fail("“{”") }
    place = bytes.index(after: place)
    skipBlanks()
    if next() == UInt8(ascii: "}") { return entries }
    while true {
      skipBlanks()
      let quoted = try string()
      guard let key = try? JSONDecoder().decode(String.self, from: Data(quoted.utf8)) else { throw fail("a text") }
      skipBlanks()
      guard next() == UInt8(ascii: ":") else { throw fail("“:”") }
      place = bytes.index(after: place)
      skipBlanks()
      entries.append((key, try value()))
      skipBlanks()
      if next() == UInt8(ascii: "}") { return entries }
      guard next() == UInt8(ascii: ",") else { throw fail("“,” or “}”") }
      place = bytes.index(after: place)
    }
  }
}
