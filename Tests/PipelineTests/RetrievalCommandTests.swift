import Foundation
import SluiceCheckpoints
import SluiceTraining
import TestSupport
import Testing

/// `sluice eval` and `--val` of a system that compares videos with texts.
@Suite(.serialized) struct RetrievalCommandTests {
  private static let small = [
    "--threads", "1", "--seed", "3", "--set", "batch.size=2", "--set", "model.depth=1", "--set", "model.dimension=16",
    "--set", "model.headCount=2", "--set", "model.imageSize=32", "--set", "model.frameCount=4", "--set",
    "denseFrames.stride=1",
  ]

  /// Four videos, a list with five captions of them, and the words of these.
  private func data(in folder: String) throws -> [String] {
    _ = try SampleVideos.write(4, to: folder)
    let captions = #"""
      {"clip 0.mp4": ["a disc moves left", "left it goes"], "clip 1.mp4": "a disc", "clip 2.mp4": "up",
       "clip 3.mp4": ""}
      """#
    try write(captions, folder + "/captions.json")
    let words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "disc", "moves", "left", "it", "goes", "up"]
    try write(words.map { $0 + "\n" }.joined(), folder + "/vocab.txt")
    return ["--data", folder + "/captions.json", "--root", folder, "--vocab", folder + "/vocab.txt"] + Self.small
  }

  private func write(_ text: String, _ path: String) throws {
    try text.write(toFile: path, atomically: true, encoding: .utf8)
  }

  @Test func aRunKeepsTheBestRecallAndIsEvaluatedInBothDirections() throws {
    try withTemporaryFolder { folder in
      let run = folder + "/run"
      let trained = try SluiceProgram.run(
        ["train", "simvtp-finetune", "--val", folder + "/captions.json", "--epochs", "2", "--out", run]
          + (try data(in: folder)))
      try #require(trained.status == 0, "\(trained.errors)")
      #expect(trained.errors.contains("validated after step 4: text to video  R@1 "), "\(trained.errors)")
      #expect(trained.errors.contains("(5 × 4, 9 views)") && trained.errors.contains("(4 × 5, 9 views)"))
      let lines = try MetricsLog.lines(at: run + "/metrics.jsonl")
      let recalls = lines.compactMap { $0.metrics["val_t2v_r1"] }
      #expect(recalls.count == 2 && lines.last?.metrics["val_v2t_mnr"] != nil)
      let best = try #require(try RunDirectory(path: run).checkpoint(.best))
      #expect(best.position.metrics["val_t2v_r1"] == recalls.max())
      #expect(try HTMLPage(contentsOf: run + "/report.html").text.contains("best val_t2v_r1"))

      func evaluated(_ options: String...) throws -> SluiceProgram.Result {
        let result = try SluiceProgram.run(
          ["eval", "simvtp-finetune", "--from", run, "--root", folder, "--threads", "1"] + options)
        try #require(result.status == 0, "\(options): \(result.errors)")
        return result
      }
      let views = ["--windows", "3", "--crops", "three"]
      let plain = try evaluated(views[0], views[1], views[2], views[3]).output.split(separator: "\n")
      #expect(plain.count >= 2 && plain[1].hasPrefix("video to text  R@1 "))
      let form = /text to video  R@1 (\S+)  R@5 (\S+)  R@10 (\S+)  MdR (\S+)  MnR (\S+)  \(5 × 4, 9 views\)/
      let match = try #require(plain[0].wholeMatch(of: form))
      let both = try evaluated(views[0], views[1], views[2], views[3], "--dual-softmax").output
      #expect(both.hasPrefix(plain.prefix(2).joined(separator: "\n")))
      #expect(both.contains("\n\ndual softmax, over all texts at temperature 0.05\ntext to video  R@1 "))

      let json = try JSONValue(
        json: try evaluated(views[0], views[1], views[2], views[3], "--dual-softmax", "--json").output)
      let printed = [match.1, match.2, match.3, match.4, match.5].map { Double($0) }
      let stored = ["R@1", "R@5", "R@10", "MdR", "MnR"].map { json["text_to_video"][$0].double }
      for (one, other) in zip(printed, stored) {
        #expect(abs((one ?? -1) - (other ?? -2)) <= 0.05 + 1e-9, "\(printed) \(stored)")
      }
      #expect(json["texts"].int == 5 && json["videos"].int == 4 && json["samples"].int == 4)
      #expect(json["dual_softmax"]["video_to_text"]["R@1"].double != nil && json["text_padding"].string == "batch")
      #expect(json["t2v_r1"].double.map { 100 * $0 } == json["text_to_video"]["R@1"].double)
      let page = try HTMLPage(contentsOf: run + "/evaluation.html").text
      for wanted in ["text to video, R@1", "Farthest captions", "geometric mean, %", "left it goes"] {
        #expect(page.contains(wanted), "\(wanted)")
      }
      #expect(try evaluated("--views", "published").output.contains("(5 × 4, 45 views)"))
      let alone = try JSONValue(json: try evaluated("--text-alone", "--json").output)
      #expect(alone["text_padding"].string == "alone" && alone["dual_softmax"].isNull)
    }
  }

  @Test func whatIsNoRetrievalIsRefused() throws {
    try withTemporaryFolder { folder in
      let run = folder + "/run"
      let trained = try SluiceProgram.run(
        ["train", "simvtp-finetune", "--steps", "1", "--out", run] + (try data(in: folder)))
      try #require(trained.status == 0, "\(trained.errors)")
      try write("left\nright\n", folder + "/classes.txt")
      try write(#"{"clip 0.mp4": "a", "other/clip 0.mp4": "b"}"#, folder + "/twice.json")
      let captions = folder + "/captions.json"
      func refused(_ options: String...) throws -> String {
        let result = try SluiceProgram.run(
          ["eval", "simvtp-finetune", "--from", run, "--root", folder, "--threads", "1"] + options)
        #expect(result.status == 1 && result.output.isEmpty, "\(options)")
        return result.errors
      }
      #expect(
        try refused("--data", captions, "--scores", folder + "/s.safetensors").contains(
          "this evaluation gives no scores of classes. Leave the option out."))
      #expect(
        try refused("--data", captions, "--classes", folder + "/classes.txt").contains(
          "has no effect here: simvtp-finetune compares videos with captions. Leave it out."))
      #expect(
        try refused("--data", captions, "--average", "prob").contains("--average prob: retrieval averages features"))
      #expect(
        try refused().contains("no data: name a list file with captions, or shards made of one, with --data."))
      let labels = try refused("--data", folder + "/list.txt")
      #expect(labels.contains("list.txt:1: ") && labels.contains("caption"), "\(labels)")
      #expect(try refused("--data", folder + "/twice.json").contains("are both video 0."))

      let prediction = try SluiceProgram.run(["predict", folder + "/clip 1.mp4", "--from", run])
      #expect(
        prediction.status == 1
          && prediction.errors.contains(
            "is of simvtp-finetune, which compares videos with texts and knows no classes. Evaluate it: sluice eval "
              + "simvtp-finetune --from "),
        "\(prediction.errors)")
    }
  }
}
