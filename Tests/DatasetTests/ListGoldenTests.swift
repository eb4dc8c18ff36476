import Foundation
import SluiceDatasets
import TestSupport
import Testing

/// Lists of captions, and what they hold: `expected.json` beside them names samples, or what an error mentions.
@Suite struct ListGoldenTests {
  private struct Entry: Decodable {
    struct Item: Decodable {
      let path: String
      let captions: [String]
    }

    let file: String
    let layout: String?
    let only: String?
    let items: [Item]?
    let template: String?
    let templatePaths: [String]?
    let expect: String?
    let mentions: String?
  }

  /// The entries of every such file, each with its folder.
  private static func entries() throws -> [(folder: URL, name: String, entry: Entry)] {
    try Golden.paths { $0.hasSuffix("simvtp/data/expected.json") }.flatMap { file in
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      let folder = file.url.deletingLastPathComponent()
      return try decoder.decode([Entry].self, from: Data(contentsOf: file.url)).map {
        (folder, "\(file.name): \($0.file)", $0)
      }
    }
  }

  @Test func listsOfCaptionsHoldWhatIsExpected() throws {
    let entries = try Self.entries()
    #expect(entries.contains { $0.entry.expect == "error" } && entries.contains { $0.entry.items != nil })
    for (folder, name, entry) in entries {
      do {
        if entry.expect == "error" {
          try refused(entry, folder, name)
        } else {
          // By its content, and by the name of its format.
          for format in [nil, entry.layout] { try read(entry, folder, name, format) }
        }
      } catch {
        Issue.record("\(name): \(error)")
      }
    }
    print("golden: checked \(entries.count) of \(entries.count) lists of captions")
  }

  private func read(_ entry: Entry, _ folder: URL, _ name: String, _ layout: String?) throws {
    let file = folder.appending(path: entry.file).path
    let format = try layout.flatMap { try AnnotationFormat.named($0) }
    let only = try entry.only.map { try VideoSelection(contentsOf: folder.appending(path: $0).path) }
    let wanted = try #require(entry.items, "\(name) expects neither samples nor an error")
    let list = try DatasetList(contentsOf: file, format: format, only: only)
    #expect(list.items.map { Array($0.path.utf8) } == wanted.map { Array($0.path.utf8) }, "\(name)")
    #expect(
      list.items.map { $0.captions.map { Array($0.utf8) } } == wanted.map { $0.captions.map { Array($0.utf8) } },
      "\(name)")
    let rooted = try DatasetList(contentsOf: file, root: "/data", format: format, only: only)
    #expect(rooted.items.map(\.path) == wanted.map { "/data/" + $0.path }, "\(name)")
    guard let template = try entry.template.map(PathTemplate.init) else { return }
    let elsewhere = try DatasetList(contentsOf: file, format: format, only: only, pathTemplate: template)
    #expect(elsewhere.items.map(\.path) == entry.templatePaths, "\(name)")
    #expect(elsewhere.items.map(\.captions) == wanted.map(\.captions), "\(name)")
  }

  private func refused(_ entry: Entry, _ folder: URL, _ name: String) throws {
    let only = entry.only.map { folder.appending(path: $0).path }
    let format = try entry.layout.flatMap { try AnnotationFormat.named($0) }
    let error = #expect(throws: DatasetListError.self, "\(name)") {
      try DatasetList(
        contentsOf: folder.appending(path: entry.file).path, format: format,
        only: try only.map { try VideoSelection(contentsOf: $0) },
        pathTemplate: try entry.template.map(PathTemplate.init))
    }
    // The path of the file does not count.
    let reason = error?.reason ?? "nothing"
    #expect(reason.contains(entry.mentions ?? ""), "\(name): \(reason)")
  }
}
