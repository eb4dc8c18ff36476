import Foundation
import SluiceAugment
import SluiceCheckpoints
import SluiceDatasets
import SluiceDecode
import SluiceFlow
import SluiceModels
import SluiceNN
import SluicePipelines
import SluiceSample
import SluiceSamples
import SluiceTensor
import SluiceTraining
import TestSupport
import Testing

/// Views by which the authors of recipes measured their results, and the scores that are written of them.
@Suite struct PublishedViewsTests {
  @Test func everyRecipeHasTheViewsOfItsAuthors() {
    func views(_ recipe: FineTuningRecipe) -> [String] {
      let views = recipe.test.views
      return ["\(views.windows)", views.crops.rawValue, views.average.rawValue, views.geometry.rawValue]
    }
    for preset in BEVTFineTuningDeclaration.Preset.allCases {
      let windows = preset == .ssv2 || preset == .diving48 ? "1" : "4"
      #expect(views(BEVTFineTuningDeclaration.recipe(preset)) == [windows, "three", "prob", "published"])
    }
    for preset in VideoMAEFineTuningDeclaration.Preset.allCases {
      let windows = preset == .ssv2 ? "2" : "5"
      #expect(views(VideoMAEFineTuningDeclaration.recipe(preset)) == [windows, "three", "prob", "published"])
    }
    let others =
      MaskFeatFineTuningDeclaration.Preset.allCases.map(MaskFeatFineTuningDeclaration.recipe)
      + SpaceTimePreset.allCases.flatMap { [TimeSformerDeclaration.recipe($0), ViViTDeclaration.recipe($0)] }
    for recipe in others { #expect(views(recipe) == ["1", "three", "score", "published"]) }
  }

  /// A small classifier with a recipe.
  private func tuning(_ recipe: FineTuningRecipe) throws -> FineTuning {
    var network = SpaceTimeConfiguration(frameCount: 4, attention: .spaceOnly)
    (network.imageSize, network.dimension, network.headCount, network.depth) = (32, 16, 2, 1)
    let model = VideoClassifier(try Classifier(TimeSformer(network), classCount: 8))
    model.parameters.initialize(seed: 1)
    return FineTuning("known", model, recipe, clips: try Clips(videos: DatasetList(items: [])))
  }

  /// The frames of `list` in windows, and their crops, one after the other.
  private func expected(
    _ clips: Clips, _ frames: some Stage<ClipHandle, FrameSelection>, windows: Int, _ crops: [Augment]
  ) async throws -> [[Float]] {
    var views: [[Float]] = []
    for crop in crops {
      let pipeline = Pipeline("views") {
        clips
        frames
        Decode()
        crop
      }
      for try await clip in pipeline.run() {
        let count = clip.values.shape[1] / windows
        views += (0..<windows).map { clip.values.slice($0 * count..<($0 + 1) * count, axis: 1).floats }
      }
    }
    return views
  }

  private func actual(_ tuning: FineTuning, _ clips: Clips) async throws -> [[Float]] {
    var views: [[Float]] = []
    let pipeline = tuning.predictions(on: clips, views: tuning.publishedViews, isLabeled: true)
    for try await prediction in pipeline.run() {
      let all = prediction.batch.views
      views += (0..<all.shape[0]).map { all.slice($0..<$0 + 1, axis: 0).floats }
    }
    return views
  }

  @Test func viewsAreTakenAsTheAuthorsTookThem() async throws {
    let folder = TemporaryFolder()
    let clips = try Clips(videos: DatasetList(contentsOf: try SampleVideos.write(1, to: folder.path)))
    func crops(_ operations: (Int) -> [AugmentOperation]) -> [Augment] {
      [0, 2, 1].map { index in
        var augment = Augment(normalization: .imagenet, keepsPixels: false)
        augment.operations = operations(index)
        return augment
      }
    }
    var bevt = FineTuningRecipe(.adamW, learningRate: 1, frameStride: 2)
    (bevt.test, bevt.frames.spacing, bevt.clips.cropping) = (.bevt, .looped, .resizedTwice)
    (bevt.clips.evaluationResampling, bevt.clips.statistics) = (.openCVBilinear, .imagenet)
    let four = DenseFrames(count: 4, stride: 2, spacing: .looped, window: .center, windows: 4)
    let longSide = crops {
      [
        .shortSide(32, resampling: .openCVBilinear, rounding: .nearest),
        .longSideCrop(32, index: $0, of: 3, wholeSteps: true),
      ]
    }
    let own = try await actual(tuning(bevt), clips)
    #expect(own.count == 12)
    #expect(try await own == expected(clips, four, windows: 4, longSide))

    var mae = VideoMAEFineTuningDeclaration.recipe(.k400)
    mae.frames.stride = 2
    let five = DenseFrames(count: 4, stride: 2, spacing: .strided, window: .spread, windows: 5)
    let fractional = crops {
      [.shortSide(32, resampling: .openCVBilinear), .longSideCrop(32, index: $0, of: 3)]
    }
    let spread = try await actual(tuning(mae), clips)
    #expect(spread.count == 15)
    #expect(try await spread == expected(clips, five, windows: 5, fractional))

    // Two phases of the segments of the whole video.
    let phases = SegmentFrames(count: 4, position: .phase, windows: 2)
    let uniform = try await actual(tuning(VideoMAEFineTuningDeclaration.recipe(.ssv2)), clips)
    #expect(uniform.count == 6)
    #expect(try await uniform == expected(clips, phases, windows: 2, fractional))

    bevt.frames.choice = .segments
    bevt.frames.bounds = .shared
    #expect(try tuning(bevt).publishedViews.windows == 1)
    let segments = SegmentFrames(count: 4, position: .phase, bounds: .shared)
    let whole = try await actual(tuning(bevt), clips)
    #expect(whole.count == 3)
    #expect(try await whole == expected(clips, segments, windows: 1, longSide))
  }

  /// VideoMAE's recipes validate on one window that is drawn as in training, of frames whose short side is 224.
  @Test func validationDrawsItsWindowTheSameEachTime() async throws {
    let folder = TemporaryFolder()
    let clips = try Clips(videos: DatasetList(contentsOf: try SampleVideos.write(3, to: folder.path)))
    var crop = Augment(normalization: .imagenet, keepsPixels: false)
    crop.operations = [.shortSide(224, resampling: .openCVBilinear), .centerCrop(32)]
    let cases: [(VideoMAEFineTuningDeclaration.Preset, any Stage<ClipHandle, FrameSelection>)] = [
      (.k400, DenseFrames(count: 4, stride: 4, spacing: .inclusive)), (.ssv2, SegmentFrames(count: 4)),
    ]
    for (preset, frames) in cases {
      let tuning = try tuning(VideoMAEFineTuningDeclaration.recipe(preset))
      func seen(isLabeled: Bool, windows: Int = 1) async throws -> [[Float]] {
        var views: [[Float]] = []
        let evaluated = tuning.predictions(
          on: clips, views: EvaluationViews(windows: windows), isLabeled: isLabeled)
        for try await prediction in evaluated.run() {
          let all = prediction.batch.views
          views += (0..<all.shape[0]).map { all.slice($0..<$0 + 1, axis: 0).floats }
        }
        return views
      }
      let (drawn, centered) = (try await seen(isLabeled: true), try await seen(isLabeled: false))
      #expect(try await drawn == expected(clips, frames, windows: 1, [crop]), "\(preset)")
      #expect(drawn != centered, "\(preset)")
      // Several windows are spread, not drawn.
      #expect(try await seen(isLabeled: true, windows: 2) == seen(isLabeled: false, windows: 2), "\(preset)")
      func loss(seed: UInt64) async throws -> Double? {
        try await tuning.evaluation(on: clips).run(RunOptions(seed: seed))?.findings["loss"]
      }
      let first = try await loss(seed: 1)
      #expect(try await first == loss(seed: 2), "\(preset)")
    }
  }

  @Test func evaluationAndPredictionTakeThemAndScoresAreWritten() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(4, to: folder)
      let trained = try SluiceProgram.run([
        "train", "bevt-finetune", "--data", list, "--steps", "2", "--out", folder + "/run", "--threads", "1", "--set",
        "batch.size=2", "--set", "model.dimension=8", "--set", "optimize.average=0.5", "--set", "optimize.warmup=0",
      ])
      try #require(trained.status == 0, "\(trained.errors)")
      func evaluated(_ options: String...) throws -> JSONValue {
        let run = try SluiceProgram.run(
          ["eval", "bevt-finetune", "--from", folder + "/run", "--data", list, "--threads", "1", "--json"] + options)
        try #require(run.status == 0, "\(options): \(run.errors)")
        #expect(
          run.errors.contains("--weights ema reads their average, which --val evaluates")
            != options.contains("--weights"))
        return try JSONValue(json: run.output)
      }
      let file = folder + "/scores.safetensors"
      let published = try evaluated("--views", "published", "--scores", file)
      #expect(published["windows"].int == 4 && published["crops"].string == "three")
      #expect(published["average"].string == "prob" && published["views"].string == "published")
      let averaged = try evaluated("--views", "published", "--weights", "ema")
      #expect(averaged["loss"].double != published["loss"].double)
      let chosen = try evaluated("--windows", "4", "--crops", "three", "--average", "prob")
      #expect(chosen["views"].string == "asTrained" && chosen["loss"].double != published["loss"].double)

      try checkScores(file, list, published, unit: "probability")
      let logits = folder + "/logits.safetensors"
      let report = try evaluated("--scores", logits)
      try checkScores(logits, list, report, unit: "logit")

      func shares(_ options: String...) throws -> String {
        let run = try SluiceProgram.run(
          ["predict", folder + "/clip 1.mp4", "--from", folder + "/run", "--json", "--threads", "1"] + options)
        try #require(run.status == 0, "\(run.errors)")
        return run.output
      }
      #expect(try shares("--views", "published") != shares("--weights", "raw"))
    }
  }

  /// Scores, labels and names are those of the list, and give the metrics of the report.
  private func checkScores(_ path: String, _ list: String, _ report: JSONValue, unit: String) throws {
    let file = try SafetensorsFile(path: path)
    let (scores, labels) = (try file.floats("scores"), try file.integers("labels"))
    let classes = try JSONValue(json: try #require(file.metadata["classes"])).array?.count ?? 0
    #expect(try file.info("scores").shape == [4, classes] && labels == [0, 1, 2, 3])
    let names = try JSONValue(json: try #require(file.metadata["samples"])).array?.compactMap(\.string)
    let listed = try String(contentsOfFile: list, encoding: .utf8).split(separator: "\n").map {
      String($0.prefix { $0 != "\t" })
    }
    #expect(names == listed && file.metadata["unit"] == unit && file.metadata["pipeline"] == "bevt-finetune")
    var (loss, right) = (0.0, 0)
    for (row, label) in labels.enumerated() {
      let own = scores[row * classes..<(row + 1) * classes].map(Double.init)
      let powers = unit == "probability" ? own : own.map { exp($0) }
      let sum = powers.reduce(0, +)
      if unit == "probability" { #expect(abs(sum - 1) < 1e-4) }
      loss -= log(powers[label] / sum) / Double(labels.count)
      if own.indices.max(by: { (own[$0], -$0) < (own[$1], -$1) }) == label { right += 1 }
    }
    #expect(abs(loss - (try #require(report["loss"].double))) < 1e-4)
    #expect(Double(right) / Double(labels.count) == report["top1"].double)
  }

  @Test func whatCannotBeHasASentence() throws {
    try withTemporaryFolder { folder in
      let list = try SampleVideos.write(2, to: folder)
      func trained(_ system: String, _ options: String...) throws {
        let run = try SluiceProgram.run(
          ["train", system, "--data", list, "--steps", "1", "--out", "\(folder)/\(system)", "--set", "batch.size=2"]
            + options)
        try #require(run.status == 0, "\(run.errors)")
      }
      try trained("bevt-finetune", "--set", "recipe.preset=ssv2", "--set", "model.dimension=8")
      try trained("maskfeat")
      func refused(_ system: String, _ options: String...) throws -> String {
        let run = try SluiceProgram.run(
          ["eval", system, "--from", "\(folder)/\(system)", "--data", list] + options)
        #expect(run.status == 1)
        return run.errors
      }
      #expect(
        try refused("bevt-finetune", "--windows", "2").contains(
          "2 windows: frames are spread over the whole video (recipe.frames=segments, segmentFrames.bounds=shared), so that "
            + "all windows have the same ones. Take one window."))
      #expect(
        try refused("bevt-finetune", "--scores", folder + "/none/s.safetensors").contains(
          "s.safetensors: there is no folder \(folder)/none/. Make it, or name another file."))
      #expect(
        try refused("maskfeat", "--views", "published").contains(
          "--views published: no test of maskfeat was published. Leave the option out."))
    }
  }

  @Test func anEvaluatorWithoutScoresSaysSo() throws {
    struct Nothing: Evaluator {
      let primary = PrimaryMetric.lowest("error")
      let sampleCount = 0
      func add(_ output: Int, for batch: Int) {}
      func findings() -> EvaluationFindings { EvaluationFindings(sampleCount: 0, metrics: [.init("error", 0)]) }
    }
    let clips = try Clips(videos: DatasetList(items: []))
    let pipeline = Pipeline("nothing") {
      clips
        .map { _ in Prediction(batch: 1, output: 1) }
    }
    var evaluation = Evaluation(pipeline, Nothing(), sampleCount: 0)
    #expect(
      throws: RunError(
        .configuration, "--scores a.safetensors: this evaluation gives no scores of classes. Leave the option out.")
    ) { try evaluation.keepScores(for: "a.safetensors") }
  }
}
