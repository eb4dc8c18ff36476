import Foundation
import SluiceTensor
import TestSupport
import Testing

/// The benchmarks run on a small corpus, and write rows in the form that is compared with other programs.
@Suite(.serialized) struct BenchCommandTests {
  private struct Rows: Decodable {
    struct Row: Decodable {
      let peer: String
      let `case`: String
      let value: Double
      let unit: String
      let n: Int

      /// What metrics cost is the difference of pairs of runs, which may be of either sign on a machine in use.
      var isDifference: Bool { `case`.hasPrefix("flow metrics") }
    }
    let rows: [Row]
  }

  private func rows(_ arguments: [String], json path: String) throws -> [Rows.Row] {
    let run = try SluiceProgram.run(["bench"] + arguments + ["--json", path])
    try #require(run.status == 0, "\(arguments): \(run.errors)")
    let rows = try JSONDecoder().decode(Rows.self, from: Data(contentsOf: URL(filePath: path))).rows
    #expect(!rows.isEmpty && rows.allSatisfy { $0.value.isFinite && !$0.unit.isEmpty }, "\(arguments)")
    #expect(rows.allSatisfy { $0.value > 0 || $0.isDifference }, "\(arguments)")
    return rows
  }

  @Test func theFlowIsMeasuredWithTheCapacityAndTheProcessorsAsked() throws {
    try withTemporaryFolder { folder in
      let rows = try rows(
        ["flow", "--quick", "--cores", "1", "--capacity", "4", "--repeats", "1"], json: folder + "/flow.json")
      #expect(rows.allSatisfy { $0.case.hasSuffix("cores=1") && ($0.n == 1 || $0.isDifference) })
    }
  }

  @Test func operationsAreMeasuredInTheirGroups() throws {
    struct Row: Decodable {
      let group: String
      let precision: String
      let threads: Int
    }
    try withTemporaryFolder { folder in
      let run = try SluiceProgram.run([
        "bench", "ops", "--only", "adamw", "--quick", "--seconds", "0.01", "--threads", "1", "--precisions", "fp32",
        "--json", folder + "/ops.json",
      ])
      try #require(run.status == 0, "\(run.errors)")
      let data = try Data(contentsOf: URL(filePath: folder + "/ops.json"))
      let rows =
        try (try? JSONDecoder().decode([Row].self, from: data))
        ?? JSONDecoder().decode([String: [Row]].self, from: data)["rows"] ?? []
      #expect(!rows.isEmpty && rows.allSatisfy { $0.group == "adamw" && $0.precision == "fp32" && $0.threads == 1 })
    }
  }

  /// The names are those of the peer's rows, by which both are compared.
  @Test(.enabled(if: isLongTier)) func operationsOfSwinAndOfTokensHaveThePeersNames() throws {
    try withTemporaryFolder { folder in
      let run = try SluiceProgram.run([
        "bench", "ops", "--only", "sdpa,conv", "--seconds", "0", "--threads", "2", "--precisions", "fp32", "--json",
        folder + "/ops.json",
      ])
      try #require(run.status == 0, "\(run.errors)")
      // Pooling has bytes in place of operations.
      let rows = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: folder + "/ops.json")))
      let speeds = Dictionary(
        uniqueKeysWithValues: try #require(rows as? [[String: Any]]).map {
          ("\($0["group"] ?? "") \($0["op"] ?? "")", $0["gflops"] as? Double ?? 0)
        })
      var wanted = ["conv dVAE 3x3 256->64 112x112 b4 nchw", "conv dVAE 3x3 256->64 112x112 b4 nhwc"]
      for shape in ["s1 + bias b64 h4 392x392 d32", "s3 + bias b4 h16 392x392 d32"] {
        for pass in ["fwd", "fwd+bwd"] {
          wanted += ["fused", "matmul, softmax"].map { "sdpa Swin window \(shape) \(pass) (\($0))" }
        }
      }
      for name in wanted { #expect((speeds[name] ?? 0) > 0, "\(name)") }
    }
  }

  private struct Cells: Decodable {
    struct Cell: Decodable {
      let model: String
      let phase: String
      let precision: String
      let batch: Int
      let threads: Int
      let median_s: Double
      let bwd_s: Double
      let gflop: Double
      let walls: [Double]
    }
    let cells: [Cell]
  }

  private func cells(_ path: String) throws -> [Cells.Cell] {
    try JSONDecoder().decode(Cells.self, from: Data(contentsOf: URL(filePath: path))).cells
  }

  /// BEVT's steps are trained, tokens are only made: the peers' rows say so too, and are joined by that.
  @Test(.enabled(if: isLongTier)) func theStepsOfBEVTAndOfItsTokenizerAreMeasured() throws {
    try withTemporaryFolder { folder in
      let run = try SluiceProgram.run([
        "bench", "train", "--models", "bevt_swin_b,dvae", "--batches", "1", "--threads", "2", "--precisions", "fp32",
        "--seconds", "0", "--min-reps", "1", "--json", folder + "/train.json",
      ])
      try #require(run.status == 0, "\(run.errors)")
      let cells = try cells(folder + "/train.json")
      #expect(cells.map(\.model) == ["bevt_swin_b", "dvae"] && cells.map(\.phase) == ["train", "infer"])
      #expect(cells.map { Int($0.gflop.rounded()) } == [947, 834])
      #expect(cells.allSatisfy { $0.median_s > 0 && $0.walls.count == 1 })
      #expect(cells[0].bwd_s > 0 && cells[1].bwd_s == 0)
    }
  }

  @Test func aModelThatIsNotMeasuredIsRefusedWithThoseThatAre() throws {
    let run = try SluiceProgram.run(["bench", "train", "--models", "bevt_swin_l"])
    #expect(
      run.status == 64 && run.errors.contains("there is no model bevt_swin_l; there are maskfeat_mvitb, "),
      "\(run.errors)")
  }

  /// The models are of full size: the one whose steps take the least.
  @Test(.enabled(if: isLongTier)) func stepsOfTrainingAreMeasuredAsOftenAsAsked() throws {
    try withTemporaryFolder { folder in
      let common = ["bench", "train", "--models", "videomae_b", "--batches", "1", "--threads", "2"]
      let run = try SluiceProgram.run(
        common + [
          "--precisions", "fp32", "--seconds", "0", "--min-reps", "2", "--profile", "--json", folder + "/train.json",
        ])
      try #require(run.status == 0, "\(run.errors)")
      let cells = try cells(folder + "/train.json")
      try #require(cells.count == 1)
      #expect(cells[0].model == "videomae_b" && cells[0].precision == "fp32")
      #expect(cells[0].batch == 1 && cells[0].threads == 2)
      #expect(cells[0].walls.count == 2 && cells[0].walls.contains { $0 >= cells[0].median_s })
      #expect(run.output.contains("attention") && run.output.split(separator: "\n").count > 5, "\(run.output)")
      let errors = try SluiceProgram.run(common + ["--precisions", "bf16", "--errors"])
      let wanted =
        Precision.bfloat16.isSupported
        ? "videomae_b: gradients in bf16 are "
        : "videomae_b bf16: left out, this processor has no instructions for it"
      #expect(
        errors.status == 0 && errors.output.hasPrefix(wanted) && errors.output.split(separator: "\n").count == 1,
        "\(errors.output)\(errors.errors)")
    }
  }

  @Test func whatIsMissingForAMeasurementIsSaid() throws {
    let folder = TemporaryFolder()
    try folder.video("short.mp4", frames: 8)
    func manifest(_ group: String) throws {
      _ = try folder.write(
        "{\"clips\": [{\"file\": \"short.mp4\", \"group\": \"\(group)\", \"frames\": 8, \"width\": 64, \"height\": 48, "
          + "\"bytes\": 900}]}", "manifest.json")
    }
    func errors(_ arguments: String..., environment: [String: String] = [:]) throws -> String {
      let run = try SluiceProgram.run(["bench"] + arguments, environment: environment)
      #expect(run.status != 0, "\(arguments)")
      return run.errors
    }
    try manifest("mpeg4")
    #expect(try errors("hog", "--corpus", folder.path).contains("no clip of the group h264_gop250"))
    #expect(try errors("input", "--corpus", folder.path).contains("no H.264 clip of more than 64 frames"))
    #expect(try errors("shards", "--corpus", folder.path).contains("no clip of 128 frames and more"))
    try manifest("acc")
    let nowhere = ["PATH": folder.path]
    #expect(
      try errors("decode", "--corpus", folder.path, "--quick", environment: nowhere).contains(
        "the ffmpeg program is needed to check"))
    #expect(
      try errors("flow", "--quick", "--cores", "1", environment: nowhere).contains("taskset could not pin the process"))
  }

  @Test func theDataPathIsMeasuredOnACorpus() throws {
    let folder = TemporaryFolder()
    try folder.video("gop.mp4", frames: 130, width: 256, height: 240)
    let size = try Data(contentsOf: URL(filePath: folder("gop.mp4"))).count
    _ = try folder.write(
      """
      {"clips": [{"file": "gop.mp4", "group": "h264_gop250", "frames": 130, "width": 256, "height": 240, "bytes": \(size)}]}
      """, "manifest.json")
    let common = ["--corpus", folder.path, "--quick", "--repeats", "1"]
    let hog = try rows(["hog"] + common, json: folder("hog.json"))
    #expect(hog.map(\.case) == ["HOG 16x224x224x3"])
    let augment = try rows(["augment"] + common + ["--only", "ColorJitter"], json: folder("augment.json"))
    #expect(augment.allSatisfy { $0.case.contains("ColorJitter") })
    let decode = try rows(
      ["decode"] + common + ["--skip", "full,index", "--only", "sluice decoding", "--seed", "3"],
      json: folder("decode.json"))
    #expect(decode.allSatisfy { $0.peer == "sluice decoding" })
    let input = try rows(
      ["input"] + common + ["--only", "from video exact/pipeline HOG=none"], json: folder("input.json"))
    #expect(input.map(\.case) == ["pipeline HOG=none"])
    let shards = try rows(
      ["shards"] + common + ["--only", "sluice lossless/video to shards"], json: folder("shards.json"))
    #expect(shards.allSatisfy { $0.peer == "sluice lossless" })
    let study = try rows(
      ["shards"] + common + ["--study", "--only", "sluice level 2/format bytes"], json: folder("study.json"))
    #expect(study.map(\.peer) == ["sluice level 2"])
    let opened = try rows(
      ["shards"] + common + ["--study", "--only", "sluice/open folder"], json: folder("opened.json"))
    #expect(opened.map(\.case) == ["open folder of 1000 images"] && opened.map(\.unit) == ["s"])
  }
}
