import Foundation
import Glibc
import SluiceCheckpoints
import SluiceDatasets
import SluiceDecode
import SluiceForward
import SluiceMedia
import SluiceModels
import SluicePipelines
import SluicePlatform
import SluiceShards
import SluiceTensor
import SluiceTraining
import TestSupport
import Testing

/// What runs, their weights and their data cannot be used for, in the sentences that say so.
@Suite struct RunErrorTests {
  private let runs = SmallRuns()

  private func sentence(_ body: () async throws -> Void) async -> String {
    do { try await body() } catch { return "\(error)" }
    return "nothing was thrown"
  }

  @Test func directoriesThatHoldSomethingElseAreRefused() async throws {
    try runs.data()
    try await runs.start(runs.request(steps: 1))
    #expect(
      await sentence { try await runs.start(runs.request(steps: 1)) }.hasSuffix(
        "holds a run already. Go on with it by --resume, put a new one in its place by --overwrite, or name another --out."
      ))
    _ = try runs.folder.write("{", "run/configuration.json")
    #expect(
      await sentence { try await runs.resume() }.hasSuffix(
        "holds no run (no configuration.json). Start one without --resume."))
    _ = try runs.folder.write("no folder", "file")
    #expect(
      await sentence { try await runs.start(runs.request(), in: "file/run") }.hasSuffix(
        "Not a directory. The run's directory is named by --out."))
    #expect(
      await sentence { try RunDirectory(path: runs.folder("none")).write("x", to: runs.folder("none/x")) }.contains(
        "none/x: cannot be created: No such file or directory"))
  }

  @Test func checkpointsThatAreNotWholeAreNoBeginning() async throws {
    try runs.data()
    try await runs.start(runs.request(steps: 1))
    let folder = runs.folder("run/checkpoints")
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      try Data([1]).write(to: URL(filePath: "\(folder)/\(name)/parameters.safetensors"))
    }
    #expect(
      await sentence { try await runs.resume() }.hasSuffix(
        "has no checkpoint that is whole. Begin anew with --overwrite, or in another --out."))
    #expect(
      await sentence { _ = try InitialWeights(from: runs.folder("run")) }.hasSuffix(
        "has no complete checkpoint. Train the run on with --resume first."))
  }

  @Test func otherSettingsAndOtherModelsAreRefused() async throws {
    try runs.data()
    try await runs.start(runs.request(steps: 2), stopAfter: 1)
    var changed = RunRequest()
    changed.settings = ["recipe.flip": "0.5"]
    let difference = await sentence { try await runs.resume(changed) }
    #expect(
      difference.contains("the configuration differs from that of") && difference.contains("recipe.flip: 0.0 → 0.5"))
    #expect(difference.contains("Resume with the same data and settings"), "\(difference)")
    changed.settings = ["model.depth": "2"]
    #expect(
      await sentence { try await runs.resume(changed, allowsChange: true) }.contains(
        "the checkpoint is of another model:"))
    #expect(
      await sentence { try await runs.resume(changed, allowsChange: true) }.hasSuffix(
        "Resume with the model of the checkpoint."))
  }

  @Test func settingsThatFollowFromOthersAreRefused() async {
    func declared(_ name: String, _ value: String) async -> String {
      await sentence {
        _ = try MaskedConfiguration<MaskFeatDeclaration>([name: value])
      }
    }
    #expect(
      await declared("hogTarget.patchSize", "8")
        == "--set hogTarget.patchSize: hogTarget follows from the recipe; set that.")
    #expect(
      await declared("optimize.milestones", "3").hasSuffix(
        "has no effect here: it counts only where recipe.course is multistep. Leave it out, or change that."))
    #expect(await declared("optimize.peak", "-1").hasSuffix("“-1” is no number in 0.0...1000.0"))
    #expect(
      await sentence { _ = try JSONDecoder().decode(CheckpointInterval.self, from: Data("\"soon\"".utf8)) }.contains(
        "“soon” is no number of steps and no time"))
  }

  @Test func settingsAndOptionsOfWeightsNeedWeights() async throws {
    try runs.data()
    var request = runs.request()
    request.settings["model.copy"] = "set_zero"
    #expect(
      await sentence { _ = try PreparedRun(TimeSformerTraining.self, request) }
        == "--set model.copy=set_zero has no effect here: it counts only with --from. Leave it out, or name the weights."
    )
    let run = try SluiceProgram.run(["graph", "timesformer", "--partial"])
    #expect(
      run.errors.contains("--partial is about the weights that --from names, and there is no --from."), "\(run.errors)")
    let positions = try SluiceProgram.run(["graph", "timesformer", "--resize-positions"])
    #expect(
      positions.status == 1
        && positions.errors.contains(
          "--resize-positions is about the weights that --from names, and there is no --from."),
      "\(positions.errors)")
    let file = try runs.folder.write("x", "weights.safetensors")
    var options = WeightsOptions()
    options.checkpoint = .last
    #expect(
      await sentence { _ = try InitialWeights(from: file, options) }.hasSuffix(
        "--checkpoint last chooses among those of a run; \(file) is no run. Leave it out."))
    request.settings = ["recipe.resampling": "floatBilinear", "recipe.cropping": "random"]
    #expect(
      await sentence { _ = try PreparedRun(TimeSformerTraining.self, request) }.hasPrefix(
        "recipe.resampling=floatBilinear cannot be with recipe.cropping=random and recipe.colors=none: operation 2 of 3"
      ))
  }

  @Test func whatIsEvaluatedNeedsSomethingToCompareWith() async throws {
    try runs.data()
    var request = RunRequest()
    (request.data, request.validation) = ([runs.folder("train.txt")], [runs.folder("train.txt")])
    request.root = runs.folder.path
    #expect(
      await sentence { _ = try PreparedRun(MaskFeat.self, request) }.contains(
        "--val: maskfeat has no evaluation, so there is nothing to validate."))
    let system = try TimeSformerTraining(runs.request())
    let clips = try Clips(videos: DatasetList(contentsOf: runs.folder("train.txt"), root: runs.folder.path))
    system.trainable.parameters.initialize(seed: 1)
    let unlabeled = await sentence {
      var evaluator = ClassificationEvaluator(classCount: 4)
      for try await prediction in system.tuning.predictions(on: clips, isLabeled: false).run() {
        try evaluator.add(prediction.output, for: prediction.batch)
      }
    }
    #expect(unlabeled.hasSuffix("v1.mp4: a sample has no class to compare with."), "\(unlabeled)")
  }

  @Test func weightsThatDoNotSayTheirModelAreRefused() async throws {
    try runs.data()
    try await runs.start(runs.request(steps: 1))
    let checkpoint = runs.folder("run/checkpoints/step-000001")
    var averaged = RunRequest()
    averaged.weights.copy = .ema
    #expect(
      await sentence {
        _ = try TrainedSystem(from: runs.folder("run"), TimeSformerTraining.self, averaged)
      }
      .contains(
        "holds no averaged weights (ema): its run kept none (optimize.average is 0). Read those that training stepped, "
          + "with --weights raw, or train with --set optimize.average=0.9999"))
    #expect(
      await sentence { _ = try TrainedClassifier(from: checkpoint + "/parameters.safetensors") }.hasSuffix(
        "is no run and no checkpoint, so it does not say which model it is of. Say so with --pipeline, and --set model.… "
          + "where it is not the usual size."))
    #expect(
      await sentence { _ = try MaskedPreview(from: runs.folder("run")) }.hasSuffix(
        "is no run and no checkpoint of maskfeat or videomae, whose HOG can be shown. Name one that is."))
    var wider = runs.request()
    wider.settings["model.dimension"] = "32"
    let misfit = await sentence {
      _ = try InitialWeights(from: runs.folder("run")).load(into: TimeSformerTraining(wider))
    }
    #expect(misfit.contains("does not fit the model.\n"), "\(misfit)")
    #expect(misfit.contains("Configure the model as the checkpoint's was, or go on without these with --partial"))
    var plain = TrainingState(
      parameters: ["w": Tensor([1], shape: [1])], optimizer: [:],
      position: try SavedCheckpoint(path: checkpoint).position, configuration: [:])
    let nameless = try CheckpointFolder(runs.folder("nameless")).save(plain)
    #expect(
      await sentence { _ = try StoredModel(opening: nameless) }.hasSuffix(
        "does not say which pipeline it is of. Name a checkpoint of a run."))
    plain.configuration = ["values": ["pipeline": "maskfeat", "recipe.target": "pixels"]]
    let pixels = try CheckpointFolder(runs.folder("pixels")).save(plain)
    #expect(
      await sentence { _ = try MaskedPreview(from: pixels) }.hasSuffix(
        "predicts no HOG; only predicted HOG can be shown here. 'sluice show tokens' shows tokens."))
  }

  @Test func anEvaluationOfNothingOrOfTooMuchIsRefused() async throws {
    try runs.data()
    try await runs.start(runs.request(steps: 1))
    var request = RunRequest()
    request.root = runs.folder.path
    let trained = try TrainedSystem(from: runs.folder("run"), TimeSformerTraining.self, request)
    #expect(
      await sentence { _ = try trained.evaluation(on: []) }
        == "no data: name a list file or shards with --data, 'path label' on each line.")
    let evaluation = try trained.evaluation(on: [runs.folder("train.txt")], views: EvaluationViews())
    try evaluation.requireMemory(of: MachineMemory(total: 1 << 30, available: 1 << 29))
    let found = await sentence {
      try evaluation.requireMemory(of: MachineMemory(total: 1 << 30, available: 1 << 10))
    }
    #expect(
      found.hasPrefix("two batches of an evaluation want at least ")
        && found.hasSuffix(" are free. Use fewer windows, or lower batch.size."), "\(found)")
  }

  @Test func patchesWithoutWholeCellsHaveNoHOG() async throws {
    var request = RunRequest()
    request.settings = ["recipe.target": "hog", "model.patchSize": "12", "model.imageSize": "96"]
    #expect(
      await sentence { _ = try PreparedRun(VideoMAEPretraining.self, request) }
        == "HOG has cells of 8 pixels, and tokens of 12 have no whole ones. Take patches of a multiple of 8, or --target "
        + "pixels.")
    request.settings["recipe.target"] = "pixels"
    let pixels = try PreparedRun(VideoMAEPretraining.self, request)
    #expect(pixels.pipeline.graph.nodes.contains { $0.name == "pixelTarget" })
  }

  @Test func attentionThatIsPooledCannotBeShown() async throws {
    try runs.data()
    var request = runs.request(steps: 1)
    request.settings = [
      "batch.size": "2", "model.frameCount": "4", "model.imageSize": "32", "model.dimension": "16", "model.depth": "2",
      "denseFrames.stride": "1",
    ]
    let trainer = try PreparedRun(MaskFeatFineTuning.self, request).trainer(in: runs.directory("mvit"))
    _ = try await trainer.start(stop: StopRequest()) { _ in }
    #expect(
      await sentence { _ = try AttentionPreview(from: runs.folder("mvit")) }.hasSuffix(
        "is of maskfeat-finetune, whose attention is pooled. Name a run of timesformer or vivit."))
  }

  @Test func clipsThatAreNotWhereTheListSaysAreNamed() async throws {
    try runs.data(2)
    let list = try DatasetList(contentsOf: runs.folder("train.txt"), root: runs.folder.path)
    let run = try SluiceProgram.run([
      "preprocess", runs.folder("train.txt"), "--root", runs.folder.path, "--out", runs.folder("set"),
    ])
    try #require(run.status == 0, "\(run.errors)")
    let other = try runs.folder.write("v9.mp4 1\n", "other.txt")
    let set = try ShardSet(runs.folder("set"))
    #expect(
      await sentence { _ = try Shards(set, list: DatasetList(contentsOf: other), root: nil) }.hasSuffix(
        "line 1 names v9.mp4, which is not in it. Preprocess the list again to add it."))
    let clip = try set.clip(0)
    #expect(
      await sentence { _ = try clip.frames(of: .seconds(1..<2)) }.hasSuffix(
        "has no times, but the list asks for 1.0 s to 2.0 s of it"))
    #expect(list.items.count == 2)
  }

  @Test func foldersOfDemosAndSetsThatCannotBeAreRefused() async throws {
    let file = try runs.folder.write("x", "file")
    func demo(_ out: String) throws -> String {
      try SluiceProgram.run(["demo", "--labels", "3", "--out", out]).errors
    }
    #expect(try demo(file + "/demo").contains("file: cannot be created: Not a directory."))
    try FileManager.default.createDirectory(atPath: runs.folder("thesis"), withIntermediateDirectories: true)
    _ = try runs.folder.write("x", "thesis/text.tex")
    #expect(try demo(runs.folder("thesis")).contains("holds text.tex, which is no demo's. Name another --out."))
    _ = try runs.folder.write("{}", "thesis/summary.json")
    #expect(try demo(runs.folder("thesis")).contains("summary.json is no summary of a demo. Name another --out."))
    #expect(
      await sentence { try SynthPipeline(directory: file + "/set").prepare() }.contains(
        "file/set/train cannot be made:"))
  }

  @Test func aLogThatTheSystemDoesNotTakeIsSaid() async {
    await #expect(processExitsWith: .success) {
      let path = FileManager.default.temporaryDirectory.path + "/sluice-\(UUID().uuidString)"
      let log = try MetricsLog(path: path, keepingThrough: 0)
      // No file may grow.
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 0, rlim_max: 0)
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      exitExpecting("\(path) cannot be written: File too large") {
        try log.append(
          MetricsLog.Line(
            step: 1, epoch: 0, loss: 1, learningRate: 1, gradientNorm: 1, samplesPerSecond: 1, metrics: [:]))
      }
    }
    await #expect(processExitsWith: .success) {
      let path = FileManager.default.temporaryDirectory.path + "/sluice-\(UUID().uuidString)"
      try failSystemCall(.truncate, with: EIO)
      exitExpecting("\(path) cannot be cut: Input/output error") { _ = try MetricsLog(path: path, keepingThrough: 0) }
    }
    await #expect(processExitsWith: .success) {
      let path = FileManager.default.temporaryDirectory.path + "/sluice-\(UUID().uuidString)"
      let log = try MetricsLog(path: path, keepingThrough: 0)
      try failSystemCall(.synchronize, with: EIO)
      exitExpecting("\(path) cannot be written to disk: Input/output error") { try log.synchronize() }
    }
    #expect(
      await sentence { _ = try MetricsLog(path: runs.folder("none/metrics.jsonl"), keepingThrough: 0) }.contains(
        "none/metrics.jsonl cannot be written: No such file or directory"))
  }
}
