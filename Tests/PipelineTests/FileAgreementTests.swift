import Foundation
import SluiceDatasets
import SluiceDecode
import SluiceFlow
import SluiceMedia
import SluiceShards
import Testing

/// `check`, `preprocess` and training say the same of every file: it can be used, or the same sentence why not.
@Suite(.serialized) struct FileAgreementTests {
  private let folder = TemporaryFolder()

  private func write(_ name: String, cutTo share: Double = 1, _ parts: [String]) throws {
    let bytes = try parts.reduce(into: Data()) { $0 += try Data(contentsOf: URL(fileURLWithPath: folder($1))) }
    try bytes.prefix(Int(Double(bytes.count) * share)).write(to: URL(fileURLWithPath: folder(name)))
  }

  /// Files of all kinds by their names, and what of the sentence about each that cannot be used.
  private func files() throws -> [(name: String, fault: String?)] {
    try folder.video("a.mp4", frames: 24, seed: 1)
    try folder.video("a.mkv", frames: 24, seed: 1)
    try folder.video("a.ts", frames: 24, seed: 1)
    try folder.video("b.ts", frames: 24, width: 96, height: 64, seed: 2)
    let still = try VideoFile(path: folder("a.mp4")).frames(at: [3])[0]
    let small = try VideoFile(path: folder("b.ts")).frames(at: [3])[0]
    try still.write(to: folder("still.jpg"))
    for (directory, second) in [("even", still), ("odd", small)] {
      try FileManager.default.createDirectory(atPath: folder(directory), withIntermediateDirectories: true)
      for number in 0..<8 { try (number < 5 ? still : second).write(to: folder("\(directory)/\(number).png")) }
    }
    try write("cut.mkv", cutTo: 0.6, ["a.mkv"])
    try write("cut.mp4", cutTo: 0.6, ["a.mp4"])
    try write("sizes.ts", ["a.ts", "b.ts"])
    try write("joined.ts", ["a.ts", "a.ts"])
    try write("motion.jpg", ["still.jpg", "a.mp4"])
    try write("moving.jpg", ["still.jpg", "still.jpg", "still.jpg"])
    try Data("no video".utf8).write(to: URL(fileURLWithPath: folder("text.mp4")))
    #expect(mkfifo(folder("pipe.mp4"), 0o600) == 0)
    return [
      ("a.mp4", nil), ("a.ts", nil), ("joined.ts", nil), ("still.jpg", nil), ("motion.jpg", nil), ("moving.jpg", nil),
      ("even", nil), ("odd", "make all images of the folder alike"), ("cut.mkv", "is cut off"),
      ("cut.mp4", "is not a video"),
      ("sizes.ts", "change at frame 24"), ("text.mp4", "is not a video"), ("pipe.mp4", "is a pipe"),
      ("gone.mp4", "No such file"), ("a.mp4\t0.2\t0.5", nil), ("a.mp4\t5\t6", "the part begins at 5.0 s"),
    ]
  }

  @Test func everyFileIsTheSameToAllCommands() throws {
    let files = try files()
    let list = try folder.write(files.map { $0.name + "\t0\n" }.joined(), "list.txt")
    let checked = try SluiceProgram.run(["check", list, "--root", folder.path, "--json"])
    #expect(checked.status == 1)
    let report = try JSONDecoder().decode(Report.self, from: Data(checked.output.utf8))
    let stored = try SluiceProgram.run(
      ["preprocess", list, "--root", folder.path, "--out", folder("set"), "--max-failures", "1"])
    let failures = try String(contentsOfFile: folder("set/failures.csv"), encoding: .utf8).split(separator: "\n")
    let source = try Videos(DatasetList(contentsOf: list, root: folder.path))
    for (number, file) in files.enumerated() {
      let inCheck = report.failures.first { $0.line == number + 1 }?.reason
      var inTraining: String?
      do {
        let handle = try source.element(at: number, context: context(number))
        _ = try handle.frames.frames(at: Array(handle.range))
      } catch {
        inTraining = "\(error)"
      }
      let part = file.name.split(separator: "\t")
      let begin = part.count > 1 ? "\(Double(part[1]) ?? 0)" : ""
      let inShards = failures.first { $0.hasPrefix("\(part[0]),\(begin),") }.map(String.init)
      for (place, reason) in [("check", inCheck), ("preprocess", inShards), ("training", inTraining)] {
        if let fault = file.fault {
          #expect(reason?.contains(fault) == true, "\(file.name), \(place): \(reason ?? "accepted")")
        } else {
          #expect(reason == nil, "\(file.name), \(place): \(reason ?? "")")
        }
      }
    }
    #expect(stored.status == 0 || stored.status == 1)
  }

  private func context(_ sample: Int) -> ElementContext {
    ElementContext(seed: 0, epoch: 0, sample: sample, identity: "\(sample)", stage: "videos")
  }

  private struct Report: Decodable {
    struct Failure: Decodable {
      let line: Int
      let reason: String
    }
    let failures: [Failure]
  }
}
