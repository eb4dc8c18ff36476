import Foundation
import SluiceDatasets
import TestSupport
import Testing

/// BIKE's lists, tables and attributes, and what they hold: `expected.json` beside them names it.
@Suite struct BIKEListGoldenTests {
  /// What is expected; a file may say only some of it.
  private struct Expected {
    let folder: URL
    let members: [String: Any]

    init(_ file: GoldenFile) throws {
      let url = file.sibling(file.config["expected"].string ?? "data/expected.json")
      folder = url.deletingLastPathComponent()
      members = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
    }

    func rows(_ name: String) throws -> [[Any]]? {
      guard let value = members[name] else { return nil }
      return try #require(value as? [[Any]], "\(name) is no list of rows")
    }

    func texts(_ name: String) throws -> [String]? {
      guard let value = members[name] else { return nil }
      return try #require(value as? [String], "\(name) is no list of texts")
    }

    func path(_ name: String) -> String { folder.appending(path: name).path }
  }

  private func each(_ body: (Expected, GoldenFile) throws -> Void) throws {
    let files = try Golden.files(ofKinds: ["bike.prompts"])
    #expect(!files.isEmpty || Golden.folder == nil)
    for file in files { try body(try Expected(file), file) }
    print("golden: checked \(files.count) of \(files.count) sets of BIKE's lists")
  }

  private func number(_ value: Any) throws -> Double { try #require(value as? NSNumber).doubleValue }

  private func text(_ value: Any) throws -> String { try #require(value as? String) }

  /// Path, frames and label of each item.
  private func expect(_ list: DatasetList, _ rows: [[Any]], _ name: String) throws {
    #expect(try list.items.map(\.path) == rows.map { try text($0[0]) }, "\(name)")
    let labels = try rows.map { try number($0[$0.count - 1]) }
    #expect(list.items.map(\.labels) == labels.map { [.number(Int($0))] }, "\(name)")
    let counts = try rows.map { $0.count == 3 ? Int(try number($0[1])) : nil }
    #expect(list.items.map(\.frameCount) == counts, "\(name)")
  }

  @Test func listsHoldWhatIsExpected() throws {
    try each { expected, file in
      let name = file.name
      // By its name, and as it shows.
      for format in [AnnotationFormat.bike, nil] {
        if let rows = try expected.rows("train_list") {
          let list = try DatasetList(contentsOf: expected.path("anno_frames.txt"), format: format)
          try expect(list.removingShort(), rows, "\(name) train_list")
          if let all = try expected.rows("test_list") { try expect(list, all, "\(name) test_list") }
        }
        if let rows = try expected.rows("video_list") {
          try expect(
            try DatasetList(contentsOf: expected.path("anno_videos.txt"), format: format).removingShort(), rows,
            "\(name) video_list")
        }
      }
    }
  }

  @Test func classesAndPromptsAreThoseExpected() throws {
    try each { expected, file in
      guard let rows = try expected.rows("classes") else { return }
      let map = try ClassMap(contentsOf: expected.path("labels.csv"), numbering: .rows)
      #expect(try map.names(count: map.classCount) == rows.map { try text($0[1]) }, "\(file.name)")
      if let prompts = try expected.texts("prompts") {
        #expect(map.names(count: map.classCount).map { AttributesFile.beginning + $0 } == prompts, "\(file.name)")
      }
    }
  }

  @Test func sentencesOfAttributesAreThoseExpected() throws {
    try each { expected, file in
      guard let sentences = try expected.texts("attribute_sentences") else { return }
      let attributes = try AttributesFile(contentsOf: expected.path("attributes.json"))
      let list = try DatasetList(contentsOf: expected.path("anno_frames.txt"), format: .bike)
      try attributes.requireAll(of: list)
      let top = try #require(file.config["select_topk_attributes"].int)
      #expect(
        list.items.map { attributes.sentence(for: list.ownPath(of: $0), top: top) } == sentences.map(Optional.some),
        "\(file.name)")
    }
  }

  @Test func tablesOfCharadesHoldWhatIsExpected() throws {
    try each { expected, file in
      let name = file.name
      if let rows = try expected.rows("charades_train") {
        for rate in [24.0, 30, 12.5] {
          let list = try DatasetList(contentsOf: expected.path("charades_train.csv"), frameRate: rate)
          #expect(try list.items.map(\.path) == rows.map { try text($0[0]) }, "\(name)")
          let labels = try rows.map { row -> [DatasetLabel] in [.number(Int(try number(row[1])))] }
          #expect(list.items.map(\.labels) == labels, "\(name)")
          let parts = try rows.map { row -> ClipPart? in
            let (start, end, total) = (try number(row[2]), try number(row[3]), try number(row[4]))
            let count = Int(min(end, total) * rate - start * rate)
            return .frames(Int(start * rate)..<Int(start * rate) + max(count, 1))
          }
          #expect(list.items.map(\.part) == parts, "\(name)")
        }
      }
      if let rows = try expected.rows("charades_test") {
        let list = try DatasetList(contentsOf: expected.path("charades_test.csv"))
        #expect(try list.items.map(\.path) == rows.map { try text($0[0]) }, "\(name)")
        let labels = try rows.map { row -> [DatasetLabel] in
          try #require(row[1] as? [Any]).map { DatasetLabel.number(Int(try number($0))) }
        }
        #expect(list.items.map(\.labels) == labels, "\(name)")
      }
    }
  }

  @Test func classesOfCharadesAreTheLinesBehindTheirNumbers() throws {
    try each { expected, file in
      let path = expected.path("charades_classes.txt")
      guard FileManager.default.fileExists(atPath: path) else { return }
      let lines = try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline)
      let names = lines.compactMap { $0.split(separator: " ", maxSplits: 1).last.map(String.init) }
      let map = try ClassMap(contentsOf: path)
      #expect(map.names(count: map.classCount) == names && names.count == lines.count, "\(file.name)")
    }
  }
}
