import Foundation
import SluiceCheckpoints
import SluicePipelines
import SluiceTensor
import SluiceTraining
import TestSupport
import Testing

/// Saved scores read back, averaged, and refused where they are unequal.
@Suite struct ScoreFusionTests {
  /// What recorded files hold, and what came of them.
  private struct Recorded {
    let folder: URL
    let wanted: JSONValue

    /// The pair of one branch, as the command line names it.
    func pair(_ branch: String, labels: String? = nil) throws -> String {
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      func path(_ ending: String) throws -> String {
        folder.appendingPathComponent(try #require(files.first { $0.hasSuffix(ending) }, "\(ending)")).path
      }
      return try path("\(branch)_sims.pt") + "," + path(labels ?? "\(branch)_labels.pt")
    }
  }

  private func recorded() throws -> [Recorded] {
    let found = try Golden.paths { $0.hasSuffix("scores_expected.json") }
    #expect(!found.isEmpty || Golden.folder == nil)
    return try found.map { _, url in
      Recorded(
        folder: url.deletingLastPathComponent().appendingPathComponent("scores"),
        wanted: try JSONValue(json: try String(contentsOf: url, encoding: .utf8)))
    }
  }

  @Test func publishedPairsAreAveragedAsTheReferenceDoes() throws {
    for file in try recorded() {
      let (video, sentences) = (try file.pair("video"), try file.pair("sentence"))
      let (first, second) = (try SampleScores(reading: video), try SampleScores(reading: sentences))
      #expect(first.labels == file.wanted["labels"].ints && first.names.count == file.wanted["samples"].int)
      #expect(first.classes.count == file.wanted["classes"].int && !first.hasNames)
      let weight = try #require(file.wanted["weight"].double)
      let fusion = try ScoreFusion(first, second, weight: weight, names: ("video", "sentences"))
      func expect(_ own: Double, _ key: String) throws {
        let stored = try #require(file.wanted[key].double, "\(key)")
        #expect(abs(100 * own - stored) < 1e-9, "\(key)")
      }
      try expect(fusion.accuracy(within: 1), "top1")
      try expect(fusion.accuracy(within: 5), "top5")
      let json = try JSONValue(json: try fusion.json())
      try expect(try #require(json["first_top1"].double), "video_top1")
      try expect(try #require(json["second_top1"].double), "sentence_top1")
      let row = try #require(file.wanted["fused_row0"].doubles)
      for (own, stored) in zip(fusion.scores.values, row) { #expect(abs(Double(own) - stored) < 1e-6) }

      let bad = try #require(file.wanted["bad"]["labels"].string)
      let place = try #require(file.wanted["bad"]["first_difference"].int)
      let other = try SampleScores(reading: try file.pair("sentence", labels: bad))
      let refusal = sentence { _ = try ScoreFusion(first, other, names: ("video", "sentences")) }
      #expect(refusal.hasPrefix("sample \(place) has the label \(first.labels[place]) in video, and "), "\(refusal)")

      let run = try SluiceProgram.run(["eval", "bike", "--fuse", video, sentences, "--fusion-weight", "\(weight)"])
      #expect(run.status == 0 && run.output.hasPrefix("fused: top-1 "), "\(run.errors)")
      let failed = try SluiceProgram.run(["eval", "bike", "--fuse", video, try file.pair("sentence", labels: bad)])
      #expect(failed.status == 1 && failed.errors.contains("sample \(place) has the label "), "\(failed.errors)")
    }
  }

  private func scores(
    _ rows: [[Float]], _ labels: [Int], unit: SampleScores.Unit = .probability, classes: [String] = ["left", "right"],
    names: [String]? = nil
  ) -> SampleScores {
    var scores = SampleScores(unit, classes: classes)
    scores.add(rows.flatMap(\.self), names: names ?? labels.indices.map { "\($0).mp4" }, labels: labels)
    return scores
  }

  @Test func savedScoresComeBackAsTheyWere() throws {
    let folder = TemporaryFolder()
    // A comma in a path is no pair.
    let path = folder("one,two.safetensors")
    let own = scores([[0.25, 0.75], [1, 0]], [1, 0])
    try own.write(to: path, metadata: ["pipeline": "bike"])
    #expect(try SampleScores(reading: path) == own)
    var many = SampleScores(.probability, classes: ["a", "b", "c"], hasManyLabels: true)
    many.add([0.5, 0.25, 0.25, 0, 1, 0], names: ["x", "y"], labels: [[0, 2], []])
    try many.write(to: path)
    let back = try SampleScores(reading: path)
    #expect(back == many && back.labels == [1, 0, 1, 0, 0, 0])
    let file = try SafetensorsFile(path: path)
    #expect(try file.info("labels").shape == [2, 3])
  }

  @Test func scoresBeforeASoftmaxBecomeProbabilities() throws {
    let logits = scores([[2, 0], [0, 1]], [0, 0], unit: .logit)
    let shares = scores([[0.5, 0.5], [0.9, 0.1]], [0, 0])
    let fusion = try ScoreFusion(shares, logits, weight: 0.25, names: ("A", "B"))
    let wanted = [1 / (1 + exp(-2.0)), 1 / (1 + exp(1.0))]
    #expect(abs(Double(fusion.scores.values[0]) - (0.25 * 0.5 + 0.75 * wanted[0])) < 1e-6)
    #expect(abs(Double(fusion.scores.values[2]) - (0.25 * Double(Float(0.9)) + 0.75 * wanted[1])) < 1e-6)
    #expect(fusion.accuracy(within: 1) == 0.5 && fusion.notes.isEmpty)
    #expect(
      fusion.text.hasPrefix(
        "fused: top-1 50.00 top-5 100.00 (0.25 × A + 0.75 × B, 2 clips)\nA: top-1 100.00 top-5 100.00\nB: top-1 50.00 ")
    )
    #expect(fusion.text.contains("left") && fusion.scores.classes == ["left", "right"])
    let json = try JSONValue(json: try fusion.json())
    #expect(json["top1"].double == 0.5 && json["second_top1"].double == 0.5 && json["fusion_weight"].double == 0.25)
  }

  @Test func unequalScoresAreRefusedWithTheFirstDifference() throws {
    let own = scores([[0.25, 0.75], [1, 0]], [1, 0])
    func refusal(_ other: SampleScores) -> String { sentence { _ = try ScoreFusion(own, other, names: ("A", "B")) } }
    let advice = "Save both with 'sluice eval --scores' on one list."
    #expect(
      refusal(scores([[0, 1]], [1])) == "A has scores of 2 samples, and B of 1. \(advice)")
    #expect(
      refusal(scores([[0, 1, 0], [0, 1, 0]], [1, 0], classes: ["left", "right", "up"]))
        == "A has scores of 2 classes, and B of 3. \(advice)")
    #expect(
      refusal(scores([[0, 1], [0, 1]], [1, 0], classes: ["left", "up"]))
        == "class 1 is “right” in A, and “up” in B. \(advice)")
    #expect(
      refusal(scores([[0, 1], [0, 1]], [1, 1]))
        == "sample 1 has the label 0 in A, and 1 in B: they are of other lists, or of another order. \(advice)")
    var many = SampleScores(.probability, classes: ["left", "right"], hasManyLabels: true)
    many.add([0, 1], names: ["x"], labels: [[0, 1]])
    #expect(
      refusal(many) == "B: its samples show any number of classes each, and one is wanted. \(advice)")
    let none = SampleScores(.probability, classes: ["left", "right"])
    #expect(
      sentence { _ = try ScoreFusion(none, none, names: ("A", "B")) } == "A has scores of no sample. \(advice)")
    let elsewhere = try ScoreFusion(
      own, scores([[0, 1], [0, 1]], [1, 0], names: ["0.mp4", "else.mp4"]), names: ("A", "B"))
    #expect(elsewhere.notes == ["sample 1 is 1.mp4 in A, and else.mp4 in B; their labels are equal"])
  }

  @Test func whatAreNoScoresIsRefused() throws {
    let folder = TemporaryFolder()
    let path = folder("weights.safetensors")
    func write(_ name: String, _ shape: [Int]) throws -> String {
      let count = shape.reduce(1, *)
      let values = Tensor([Float](repeating: 0.5, count: count), shape: Shape(shape))
      try SafetensorsFile.write([TensorContent("one", values)], to: folder(name))
      return folder(name)
    }
    _ = try write("weights.safetensors", [2, 2])
    #expect(
      sentence { _ = try SampleScores(reading: path) }
        == "\(path): these are no saved scores. Wanted is a file of 'sluice eval --scores', or the published pair "
        + "SIMS.pt,LABELS.pt.")
    let flat = try write("flat.safetensors", [4])
    #expect(
      sentence { _ = try SampleScores(reading: flat + "," + flat) }
        == "\(flat): it holds one [4], wanted is one tensor alone, probabilities [samples, classes].")
    for (labels, what) in [
      ([0], "there are 1 labels, and scores of 2 samples."),
      ([0, 2], "the label of sample 1 is 2, and there are scores of 2 classes."),
    ] {
      let file = folder("labels.safetensors")
      let bytes = labels.flatMap { [UInt8($0)] + [UInt8](repeating: 0, count: 7) }
      let info = TensorInfo(name: "labels", type: .int64, shape: [labels.count])
      try SafetensorsFile.write([TensorContent(info, bytes: bytes)], to: file)
      #expect(sentence { _ = try SampleScores(reading: path + "," + file) } == "\(file): \(what)")
    }
  }

  @Test func optionsThatRunAModelHaveNoEffectOnSavedScores() throws {
    let folder = TemporaryFolder()
    let path = folder("scores.safetensors")
    try scores([[0.25, 0.75], [1, 0]], [1, 0]).write(to: path)
    func errors(_ options: String..., of pipeline: String = "bike", status: Int32 = 1) throws -> String {
      let run = try SluiceProgram.run(["eval", pipeline] + options)
      #expect(run.status == status, "\(options): \(run.errors)")
      return run.errors
    }
    for option in [["--from", "run"], ["--windows", "2"], ["--protocol", "general"], ["--dense"]] {
      let found = try SluiceProgram.run(["eval", "bike", "--fuse", path, path] + option)
      #expect(
        found.status == 1
          && found.errors.contains(
            "\(option[0]) has no effect here: --fuse averages what is saved, and no model is run. Leave it out."),
        "\(found.errors)")
    }
    #expect(
      try errors("--fuse", path, path, of: "timesformer").contains(
        "--fuse has no effect here: timesformer has one branch alone. It is for bike: leave it out."))
    #expect(
      try errors("--fuse", path, status: 64).contains("two scores are wanted, the video's and the attributes'."))
    #expect(
      try errors("--from", "run", "--fusion-weight", "0.5", status: 64).contains(
        "--fusion-weight is about --fuse, and there is no --fuse. Leave it out."))
    #expect(try errors("--data", "list.txt", status: 64).contains("Missing expected argument '--from <checkpoint>'"))

    let fused = folder("fused.safetensors")
    let run = try SluiceProgram.run([
      "eval", "bike", "--fuse", path, path, "--scores", fused, "--out", folder("out"), "--json",
    ])
    try #require(run.status == 0, "\(run.errors)")
    #expect(try SampleScores(reading: fused).values == [0.25, 0.75, 1, 0])
    let json = try JSONValue(json: run.output)
    #expect(json["top1"].double == 1 && json["samples"].int == 2 && json["fusion_weight"].double == 0.7)
    #expect(FileManager.default.fileExists(atPath: folder("out/evaluation.json")))
  }
}
