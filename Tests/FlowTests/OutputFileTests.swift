import Foundation
import SluicePlatform
import TestSupport
import Testing

/// Files that are there completely or not at all.
@Suite struct OutputFileTests {
  private func entries(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  @Test func theOldContentStaysUntilTheNewIsWhole() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a"
      for content in ["old", "new"] {
        var file = try OutputFile(replacing: path)
        try file.write(Array(content.utf8))
        #expect(try content == "old" ? entries(folder) == ["a.partial"] : text(path) == "old")
        try file.finish()
        #expect(try text(path) == content && entries(folder) == ["a"])
      }
    }
  }

  @Test func whatIsGivenUpLeavesNothing() throws {
    try withTemporaryFolder { folder in
      do {
        var file = try OutputFile(replacing: "\(folder)/a")
        try file.write(Array(repeating: 1, count: 3 << 20))
        #expect(file.byteCount == 3 << 20)
      }
      #expect(try entries(folder) == [])
    }
  }

  @Test func whatAKilledProcessLeftIsOverwrittenButALivingOneIsNotDisturbed() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/a"
      try Data("much that a killed process left".utf8).write(to: URL(filePath: path + ".partial"))
      var first = try OutputFile(replacing: path)
      let error = #expect(throws: OutputFileError.self) { _ = try OutputFile(replacing: path) }
      #expect(error?.description.contains("is being written by another process") == true)
      try first.write(Array("first".utf8))
      try first.finish()
      #expect(try text(path) == "first" && entries(folder) == ["a"])
    }
  }

  @Test func whereNothingCanBeWrittenTheReasonIsGiven() throws {
    try withTemporaryFolder { folder in
      try Data().write(to: URL(filePath: "\(folder)/file"))
      let errors = [
        #expect(throws: OutputFileError.self) { _ = try OutputFile(replacing: folder) },
        #expect(throws: OutputFileError.self) { _ = try OutputFile(replacing: "\(folder)/none/a") },
        #expect(throws: OutputFileError.self) { _ = try OutputFile(at: "\(folder)/file") },
        #expect(throws: OutputFileError.self) { try createDirectories("\(folder)/file/below") },
      ].map { $0?.description ?? "" }
      let reasons = ["Is a directory", "No such file or directory", "File exists", "Not a directory"]
      for (error, reason) in zip(errors, reasons) { #expect(error.contains(reason), "\(error)") }
      try createDirectories("\(folder)/a/b//c/")
      try createDirectories("\(folder)/a/b//c/")
      #expect(try entries("\(folder)/a/b") == ["c"])
    }
  }
}
