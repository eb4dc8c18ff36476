import Foundation
import SluiceCheckpoints
import SluiceDatasets
import SluiceNN
import SluicePipelines
import SluiceTensor
import SluiceTraining
import Testing

/// Classes are matched by name wherever a model meets other data.
@Suite struct HeadMatchingTests {
  private let runs = SmallRuns()
  private var folder: TemporaryFolder { runs.folder }
  private static let names = ["left", "right", "up", "down"]

  /// A run on four classes with a class map, after a step.
  private func train(named: Bool = true) async throws {
    try runs.data(4, classes: named ? Self.names : [])
    let map = try folder.write(#"{"left": 0, "right": 1, "up": 2, "down": 3}"#, "classes.json")
    try await runs.start(runs.request("train.txt", epochs: 1) { $0.classes = named ? map : nil }, in: "first")
  }

  /// Begins with the run on a list of other classes, and learns nothing.
  private func begin(_ list: String, _ change: (inout RunRequest) -> Void = { _ in }) async throws -> LoadReport {
    _ = try folder.write(list, "next.txt")
    let request = runs.request("next.txt", epochs: nil, steps: 1) {
      $0.from = folder("first")
      $0.settings["optimize.peak"] = "0"
      $0.settings["optimize.minimum"] = "0"
      change(&$0)
    }
    var report: LoadReport?
    try await runs.start(request, in: "next") { event, _ in
      if case .loaded(_, let found) = event { report = found }
    }
    return try #require(report)
  }

  /// The rows of a head's weights with its biases.
  private func head(_ run: String) throws -> [[Float]] {
    let checkpoint = try #require(try runs.directory(run).checkpoint(.best))
    let tensors = try checkpoint.parameters().allTensors()
    let (weight, bias) = (
      try #require(tensors["cls_head.cls_head.weight"]), try #require(tensors["cls_head.cls_head.bias"])
    )
    let width = weight.shape[1]
    return (0..<weight.shape[0]).map { (row: Int) -> [Float] in
      weight.floats[row * width..<(row + 1) * width] + [bias.floats[row]]
    }
  }

  @Test func rowsFollowTheNamesOfTheirClasses() async throws {
    try await train()
    // Without a class map the order is that of the alphabet: down, left, right, up.
    let report = try await begin("v0.mp4 left\nv1.mp4 right\nv2.mp4 up\nv3.mp4 down\n")
    #expect(
      report.headRows == .init(taken: 4, new: 0) && report.description.contains("head: 4 rows matched by class name"))
    let (before, now) = (try head("first"), try head("next"))
    #expect(now == [before[3], before[0], before[1], before[2]])
  }

  @Test func classesThatAreNewBeginAnew() async throws {
    try await train()
    let report = try await begin("v0.mp4 up\nv1.mp4 zoom\n")
    #expect(report.headRows == .init(taken: 1, new: 1))
    #expect(report.description.contains("head: 1 row matched by class name, that of a new class begins anew"))
    let (before, now) = (try head("first"), try head("next"))
    #expect(now.count == 2 && now[0] == before[2] && !before.contains(now[1]))
    try FileManager.default.removeItem(atPath: folder("next"))
    let none = try await begin("v0.mp4 tilt\nv1.mp4 zoom\n")
    #expect(none.description.contains("the head begins anew: none of its classes is among those of the checkpoint"))
  }

  @Test func theSameClassesAreTakenAsTheyAre() async throws {
    try await train()
    let report = try await begin("v0.mp4 left\nv1.mp4 down\n") {
      $0.classes = folder("classes.json")
    }
    #expect(report.headRows == .init(taken: 4, new: 0))
    #expect(try head("next") == head("first"))
  }

  @Test(arguments: [true, false]) func whereOneSideHasNoNamesTheHeadBeginsAnewAndSaysSo(named: Bool) async throws {
    try await train(named: named)
    let list =
      named ? "v0.mp4 0\nv1.mp4 1\nv2.mp4 2\nv3.mp4 3\n" : "v0.mp4 left\nv1.mp4 right\nv2.mp4 up\nv3.mp4 down\n"
    let report = try await begin(list)
    #expect(report.headRows?.taken == 0)
    let words =
      named ? "those of the data have none: --classes says which they are" : "have no names, those of the data have"
    #expect(report.description.contains("the head begins anew: the classes of the checkpoint"), "\(report)")
    #expect(report.description.contains(words), "\(report)")
    #expect(try head("next") != head("first"))
  }

  @Test func numbersOnBothSidesStay() async throws {
    try await train(named: false)
    let report = try await begin("v0.mp4 0\nv1.mp4 1\nv2.mp4 2\nv3.mp4 3\n")
    #expect(report.headRows == nil && report.missing.isEmpty)
    #expect(try head("next") == head("first"))
  }

  /// Another file of classes says what the numbers of a list mean, never which class a row of the head is.
  @Test func anEvaluationCountsByNames() async throws {
    try await train()
    _ = try folder.write("v0.mp4 left\nv1.mp4 right\nv2.mp4 up\nv3.mp4 down\n", "names.txt")
    _ = try folder.write("v0.mp4 1\nv1.mp4 0\nv2.mp4 2\nv3.mp4 3\n", "swapped.txt")
    _ = try folder.write(#"{"right": 0, "left": 1, "up": 2, "down": 3}"#, "swapped.json")
    func labels(_ list: String, classes: String? = nil) throws -> DatasetManifest? {
      var request = RunRequest()
      request.root = folder.path
      request.classes = classes.map { folder($0) }
      let model = try TrainedSystem(from: folder("first"), TimeSformerTraining.self, request)
      return try model.evaluation(on: [folder(list)]).dataset?()
    }
    let wanted = try labels("names.txt")
    #expect(try labels("swapped.txt", classes: "swapped.json") == wanted && wanted?.count == 4)
    #expect(try labels("names.txt", classes: "swapped.json") == wanted)
    #expect(try labels("swapped.txt") != wanted)
    _ = try folder.write(#"["left", "zoom"]"#, "other.json")
    _ = try folder.write("v0.mp4 0\nv1.mp4 1\n", "two.txt")
    let error = #expect(throws: DatasetListError.self) { try labels("two.txt", classes: "other.json") }
    #expect(error?.description.contains("two.txt:2: class “zoom” is not among the 4 classes of the checkpoint") == true)
    let guess = try SluiceProgram.run(
      ["predict", folder("v0.mp4"), "--from", folder("first"), "--classes", folder("swapped.json")])
    #expect(guess.status == 1 && guess.errors.contains("class 0 is “right” in"), "\(guess.errors)")
  }

  @Test func clipsThatFailInAnEvaluationAreNamed() async throws {
    try await train()
    _ = try folder.write("v0.mp4 left\nlost.mp4 right\nv2.mp4 up\nv3.mp4 down\n", "val.txt")
    let arguments = ["eval", "timesformer", "--from", "first", "--data", "val.txt", "--max-failures", "0.3", "--json"]
    for _ in 0..<2 {
      let run = try SluiceProgram.run(arguments, in: folder.path)
      #expect(run.status == 0, "\(run.errors)")
      let report = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
      let failures = try #require(report["failures"] as? [[String: String]])
      #expect(
        failures.count == 1 && failures[0]["sample"]?.hasSuffix("lost.mp4") == true
          && failures[0]["stage"] == "clips", "\(failures)")
    }
    let named = try String(contentsOfFile: folder("first/failures.csv"), encoding: .utf8)
    #expect(named.components(separatedBy: "lost.mp4,evaluation/clips,0,").count == 2, "\(named)")
    let elsewhere = try SluiceProgram.run(arguments + ["--out", "report"], in: folder.path)
    #expect(elsewhere.status == 0 && FileManager.default.fileExists(atPath: folder("report/failures.csv")))
    #expect(!RunDirectory(path: folder("report")).holdsRun)
  }

  @Test func weightsMayMoveAndOthersAreRefused() async throws {
    try await train()
    func request(_ from: String) -> RunRequest {
      runs.request("train.txt", epochs: 2) {
        $0.from = folder(from)
        $0.classes = folder("classes.json")
      }
    }
    try await runs.start(request("first"), in: "next", stopAfter: 1)
    try FileManager.default.copyItem(atPath: folder("first"), toPath: folder("moved"))
    try await runs.resume({ $0.from = folder("moved") }, in: "next", stopAfter: 2)
    try await runs.start(
      runs.request("train.txt", epochs: 1) {
        $0.seed = 9
        $0.classes = folder("classes.json")
      }, in: "other")
    let error = await #expect(throws: RunError.self) {
      try await runs.resume({ $0.from = folder("other") }, in: "next")
    }
    #expect(error?.description.contains("changed: run.from") == true, "\(error as Any)")
    // What the run began with need not be there any more.
    try FileManager.default.removeItem(atPath: folder("first"))
    try FileManager.default.removeItem(atPath: folder("moved"))
    #expect(try await runs.resume(in: "next").outcome.step == 4)
  }
}
