import Foundation
import SluicePipelines
import TestSupport
import Testing

/// What is said where BIKE's files, options and inputs cannot be.
@Suite struct BIKESentenceTests {
  private func sluice(_ arguments: String...) throws -> SluiceProgram.Result { try SluiceProgram.run(arguments) }

  @Test func configurationsThatCannotBeReadHaveASentence() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/experiment.yaml"
      func refusal(_ text: String) throws -> String {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return sentence { _ = try ExperimentFile(contentsOf: path) }
      }
      let network = "network: {arch: ViT-B/32, sim_header: Transf, interaction: VCS}\n"
      #expect(
        try refusal("data: {<<: 5}\n" + network).contains(": data.<< wants the keys of another group."))
      #expect(try refusal("data: {[1, 2]: 3}\n" + network).contains(": a key of data. is no text."))
      #expect(
        try refusal("data: {shot: 2}\nsolver: 5\n" + network)
          .contains(": solver is a group of keys, and has a single value."))
      #expect(
        try refusal("data: {dataset: {a: b}}\n" + network)
          .contains(": data.dataset is a single value, and there are keys below it."))
      #expect(
        try refusal("data: {colour: 1}\n" + network)
          .contains(": data.colour is no key of BIKE's configuration. Correct it or leave it out."))
      try Data([0x64, 0xFF, 0xFE]).write(to: URL(filePath: path))
      #expect(
        sentence { _ = try ExperimentFile(contentsOf: path) } == "\(path): the configuration is not UTF-8 text.")
    }
  }

  @Test func configurationsThatCannotBeFollowedHaveASentence() throws {
    try withTemporaryFolder { folder in
      let runs = try BIKERuns(in: folder)
      func said(_ changes: [String: String], _ system: String = "bike", _ options: String...) throws -> String {
        let file = try runs.writeExperiment(changes, to: "wrong.yaml")
        let run = try SluiceProgram.run(
          ["train", system, "--config", file, "--threads", "1", "--out", runs.path("none")] + options)
        #expect(run.status != 0)
        return run.errors
      }
      #expect(
        try said([:], "maskfeat").contains(
          "this is a configuration of BIKE, and maskfeat has no use for it. Train bike or bike-attributes with it, or name a "
            + "file of settings."))
      #expect(
        try said(["solver.evaluate": "True"]).contains(
          "solver.evaluate: there is nothing to evaluate. Name a run or a checkpoint by resume, pretrain or --from."))
      #expect(
        try said(["solver.evaluate": "True", "data.val_list": "", "pretrain": runs.clip]).contains(
          "solver.evaluate: there is nothing to evaluate on. Name data.val_list, or --val."))
      #expect(
        try said(["network.arch": "ViT-B/32"], "bike", "--clip", runs.clip).contains(
          "network.arch is ViT-B/32, which has "))
      #expect(
        try said(["solver.type": "multistep", "solver.lr_decay_step": "[]"]).contains("lr_decay_step"))
    }
  }

  @Test func optionsThatDoNotGoTogetherHaveASentence() throws {
    try withTemporaryFolder { folder in
      let runs = try BIKERuns(in: folder)
      let other = try sluice("train", "maskfeat", "--data", runs.list, "--co-train")
      #expect(
        other.status == 64
          && other.errors.contains("--co-train goes with bike, which has two branches; maskfeat has one."))
      let dry = try sluice("train", "bike", "--data", runs.list, "--co-train", "--dry-run")
      #expect(dry.status == 64 && dry.errors.contains("--dry-run goes with one branch. Leave --co-train out."))
      let common = ["train", "bike", "--data", runs.list, "--classes", runs.classes, "--clip", runs.clip, "--co-train"]
      func said(_ options: String...) throws -> String {
        let run = try SluiceProgram.run(common + options + ["--out", runs.path("none")])
        #expect(run.status == 1)
        return run.errors
      }
      #expect(
        try said().contains(
          "--co-train: there is no validation, on which both branches are compared. Name a list by --val."))
      #expect(
        try said("--val", runs.list).contains(
          "--co-train: there are no --attributes. Name a file of 'sluice attributes', or the phrases of one by --lexicon."
        ))
      #expect(
        try said("--val", runs.list, "--attributes", "none.json", "--val-attributes", "none.json").contains(
          "--co-train: there is no file none.json. Make it by 'sluice attributes', or name the phrases of one by --lexicon."
        ))
      let alone = try sluice(
        "train", "bike-attributes", "--data", runs.list, "--classes", runs.classes, "--clip", runs.clip, "--out",
        runs.path("none"))
      #expect(
        alone.status == 1
          && alone.errors.contains(
            "no attributes: name the phrases about the videos by --attributes. 'sluice attributes LIST")
      )
    }
  }

  @Test func attributesThatCannotBeMadeHaveASentence() throws {
    try withTemporaryFolder { folder in
      let runs = try BIKERuns(in: folder)
      try "\n \n".write(toFile: runs.path("empty.txt"), atomically: true, encoding: .utf8)
      try "left\n".write(toFile: runs.path("words.txt"), atomically: true, encoding: .utf8)
      func said(_ lexicon: String, _ options: String...) throws -> String {
        let run = try SluiceProgram.run(
          ["attributes", runs.list, "--lexicon", runs.path(lexicon), "--clip", runs.clip, "--out", runs.path("a.json")]
            + options)
        #expect(run.status == 1)
        return run.errors
      }
      #expect(
        try said("words.txt", "--format", "bike", "--list-fps", "24").contains(
          "a rate of frames no effect. Leave --list-fps out"))
      #expect(try said("empty.txt").contains("the lexicon has no phrase; wanted: one on each line"))
      #expect(
        try said("words.txt", "--template", "a video").contains(
          "--template “a video”: a phrase has no place in it. Write {} where it is to stand."))
    }
  }

  @Test func wordsThatDoNotFitHaveASentence() throws {
    try withTemporaryFolder { folder in
      let runs = try BIKERuns(in: folder)
      try "#version: 0.2\na b\n".write(toFile: runs.path("few.txt"), atomically: true, encoding: .utf8)
      let wrong = try runs.train("bike", "--merges", runs.path("few.txt"))
      #expect(
        wrong.status == 1
          && wrong.errors.contains("few.txt makes 515 tokens, and the text tower of \(runs.clip) has "),
        "\(wrong.errors)")
      #expect(wrong.errors.contains("it was trained with by --merges."))
    }
  }

  @Test func runsThatCannotGoOnHaveASentence() throws {
    try withTemporaryFolder { folder in
      let runs = try BIKERuns(in: folder)
      #expect(
        sentence { _ = try BIKECheckpoint(opening: runs.list) }
          .hasPrefix("resume: \(runs.list) is neither a run of Sluice nor a checkpoint of BIKE: "))
      try FileManager.default.createDirectory(atPath: runs.path("bad"), withIntermediateDirectories: true)
      try "{}".write(toFile: runs.path("bad/co-training.json"), atomically: true, encoding: .utf8)
      let damaged = try sluice("train", "bike", "--co-train", "--resume", "--out", runs.path("bad"))
      #expect(
        damaged.status == 1
          && damaged.errors.contains(
            "co-training.json cannot be read. Begin anew with --overwrite, or in another --out."),
        "\(damaged.errors)")
      let flat = try runs.train("bike", "--set", "recipe.course=multistep")
      #expect(
        flat.status == 1
          && flat.errors.contains(
            "recipe.course=multistep: there is no epoch at which the rate falls. Name some, such as --set 'optimize.milestones=8 "
              + "14', or take recipe.course=cosine."),
        "\(flat.errors)")
    }
  }

  @Test func classesWithoutNamesAreRefusedByEvaluations() throws {
    try withTemporaryFolder { folder in
      let runs = try BIKERuns(in: folder)
      let trained = try runs.train("bike", "--steps", "1")
      try #require(trained.status == 0, "\(trained.errors)")
      try #"{"left": 0, "up": 2}"#.write(toFile: runs.path("gap.json"), atomically: true, encoding: .utf8)
      let run = try sluice(
        "eval", "bike", "--from", runs.path("bike"), "--data", runs.list, "--classes", runs.path("gap.json"))
      #expect(
        run.status == 1
          && run.errors.contains("gap.json: class 1 has no name, and a prompt is made of each. Name all 3 of them."),
        "\(run.errors)")
    }
  }
}
