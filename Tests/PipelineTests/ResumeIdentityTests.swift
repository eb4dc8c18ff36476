import Foundation
import SluiceTraining
import Testing

/// A run goes on with the data that it was begun with, wherever that lies, and with no other.
@Suite struct ResumeIdentityTests {
  private let runs = SmallRuns()
  private var folder: TemporaryFolder { runs.folder }
  private static let classes = ["down", "left", "right", "up"]

  /// A run of four steps that was stopped after one.
  private func begin(_ change: (inout RunRequest) -> Void = { _ in }) async throws {
    #expect(try await runs.start(runs.request("train.txt", change), stopAfter: 1).outcome.isStopped)
  }

  private func refusal(_ request: RunRequest = RunRequest()) async throws -> String {
    let before = try MetricsLog.lines(at: runs.directory().metrics)
    let error = await #expect(throws: RunError.self) { try await runs.resume(request) }
    #expect(try MetricsLog.lines(at: runs.directory().metrics) == before)
    return error?.description ?? ""
  }

  @Test(arguments: [
    ("v3.mp4 3\nv2.mp4 2\nv1.mp4 1\nv0.mp4 0\n", "data: sample 1 was “v0.mp4” label 0, it is “v3.mp4” label 3 now"),
    ("v0.mp4 1\nv1.mp4 0\nv2.mp4 2\nv3.mp4 3\n", "data: sample 1 was “v0.mp4” label 0, it is “v0.mp4” label 1 now"),
    ("v0.mp4 0\nv1.mp4 1\nv3.mp4 3\nv3.mp4 3\n", "data: sample 3 was “v2.mp4” label 2, it is “v3.mp4” label 3 now"),
    ("v0.mp4 0\nv1.mp4 1\nv3.mp4 3\n", "data: sample 3 was “v2.mp4” label 2, it is “v3.mp4” label 3 now"),
    ("v0.mp4 0\nv1.mp4 1\nv2.mp4 2\nv3.mp4 3\nv0.mp4 0\n", "data: sample 5 is “v0.mp4” label 0; there were 4, now"),
    ("v0.mp4 0\nv1.mp4 1\nv2.mp4 0 0.2 2\nv3.mp4 3\n", "data: sample 3 was “v2.mp4” label 2, it is “v2.mp4” 0.0…0.2 s"),
  ])
  func anotherListIsRefusedWithTheFirstDifference(text: String, sentence: String) async throws {
    try runs.data()
    try await begin()
    _ = try folder.write(text, "train.txt")
    let refused = try await refusal()
    #expect(refused.contains(sentence), "\(refused)")
    #expect(refused.contains("--allow-change"))
    guard text.split(separator: "\n").count == 4 else { return }
    #expect(try await runs.resume(allowsChange: true).outcome.step == 4)
    // From now on it is the run's.
    #expect(try await runs.resume().outcome.step == 4)
  }

  @Test func anotherOrderOfClassesIsRefusedWithBoth() async throws {
    try runs.data(classes: Self.classes)
    let map = try folder.write(#"{"left": 0, "right": 1, "up": 2, "down": 3}"#, "classes.json")
    try await begin { $0.classes = map }
    _ = try folder.write(#"{"left": 1, "right": 0, "up": 2, "down": 3}"#, "classes.json")
    let refused = try await refusal()
    #expect(
      refused.contains(
        "data: class 0 was “left”, it is “right” now (before: left, right, up, down; now: right, left, up, down)"),
      "\(refused)")
    // The same classes in another form of file are the same.
    _ = try folder.write("left\nright\nup\ndown\n", "names.txt")
    #expect(try await runs.resume({ $0.classes = folder("names.txt") }).outcome.step == 4)
  }

  @Test func anotherValidationIsRefusedAndOneMayBeAdded() async throws {
    try runs.data()
    _ = try folder.write("v0.mp4 0\nv1.mp4 1\n", "val.txt")
    try await begin()
    let added = try await runs.resume({ $0.validation = [folder("val.txt")] }, stopAfter: 3)
    #expect(added.outcome.step == 3 && added.events.contains("validated"), "\(added.events)")
    _ = try folder.write("v0.mp4 0\nv2.mp4 2\n", "val.txt")
    let refused = try await refusal()
    #expect(
      refused.contains("validation: sample 2 was “v1.mp4” label 1, it is “v2.mp4” label 2 now"), "\(refused)")
  }

  @Test func dataAndRunMayMove() async throws {
    try runs.data()
    _ = try folder.write("v0.mp4 0\nv1.mp4 1\n", "val.txt")
    try await runs.start(runs.request { $0.validation = [folder("val.txt")] }, in: "whole")
    try await begin { $0.validation = [folder("val.txt")] }
    let files = FileManager.default
    for place in ["far", "far/away"] {
      try files.createDirectory(atPath: folder(place), withIntermediateDirectories: true)
    }
    for number in 0..<4 {
      try files.moveItem(atPath: folder("v\(number).mp4"), toPath: folder("far/away/v\(number).mp4"))
    }
    for list in ["train.txt", "val.txt"] { try files.moveItem(atPath: folder(list), toPath: folder("far/\(list)")) }
    try files.moveItem(atPath: folder("run"), toPath: folder("far/moved"))
    let moved = SmallRuns(folder)
    // By --root, and for the last steps by paths that have the folder themselves.
    try await moved.resume(
      { request in
        request.data = [folder("far/train.txt")]
        request.validation = [folder("far/val.txt")]
        request.root = folder("far/away")
      }, in: "far/moved", stopAfter: 2)
    let lines = (0..<4).map { "\(folder("far/away"))/v\($0).mp4 \($0)" }
    _ = try folder.write(lines.joined(separator: "\n"), "absolute.txt")
    _ = try folder.write(lines.prefix(2).joined(separator: "\n"), "absolute-val.txt")
    try await moved.resume(
      { request in
        request.data = [folder("absolute.txt")]
        request.validation = [folder("absolute-val.txt")]
      }, in: "far/moved")
    #expect(try runs.losses("far/moved") == runs.losses("whole"))
    #expect(try runs.losses("whole").count == 4)
  }

  @Test func aManifestThatIsLostIsSaidInPlaceOfTheDifference() async throws {
    try runs.data()
    try await begin()
    try FileManager.default.removeItem(atPath: folder("run/datasets"))
    _ = try folder.write("v3.mp4 3\nv2.mp4 2\nv1.mp4 1\nv0.mp4 0\n", "train.txt")
    let refused = try await refusal()
    #expect(refused.contains("the first difference cannot be shown, for \(folder("run/datasets/"))"), "\(refused)")
  }
}

extension SmallRuns {
  /// Goes on with a change of what is asked for.
  @discardableResult
  func resume(
    _ change: (inout RunRequest) -> Void, in name: String = "run", stopAfter step: Int? = nil
  ) async throws -> Ended {
    var request = RunRequest()
    change(&request)
    return try await resume(request, in: name, stopAfter: step)
  }
}
