import Foundation
import SluicePipelines
import SluiceTraining
import TestSupport
import Testing

/// What BIKE's configuration files ask for: every key comes to something, or is said to come to nothing.
@Suite struct ExperimentRequestTests {
  private let folder = TemporaryFolder()

  private static let whole = """
    seed: 7
    data: {dataset: k400, modality: RGB, num_segments: 16, seg_length: 1, batch_size: 12, workers: 3,
           image_tmpl: 'img_{:05d}.jpg', train_root: frames, train_list: train.txt, val_root: others, val_list: val.txt,
           label_list: classes.csv, input_size: 336, random_shift: True, output_path: exps, shot: 2}
    network: {arch: towers.pt, init: True, drop_out: 0.1, emb_dropout: 0.2, sim_header: None, interaction: DP, joint_st: True,
              fix_text: False, fix_video: True}
    solver: {type: multistep, epochs: 30, optim: sgd, momentum: 0.9, lr: 5e-5, lr_warmup_step: 2, lr_decay_step: 10,
             weight_decay: 0.1, loss_type: DS, clip_ratio: 0.5, grad_accumulation_steps: 4}
    logging: {print_freq: 10, eval_freq: 5}
    """

  private func request(
    _ text: String, for system: any TrainingSystem.Type = BIKETraining.self, changing changes: [String: String] = [:],
    asking change: (inout RunRequest) -> Void = { _ in }
  ) throws -> RunRequest {
    var request = RunRequest()
    request.clip = "here.pt"
    change(&request)
    let file = try #require(
      try ExperimentFile(contentsOf: try folder.write(text, "experiment.yaml"), changing: changes))
    try file.fill(&request, for: system)
    return request
  }

  @Test func everyKeyComesToSomething() throws {
    let request = try request(Self.whole)
    #expect(request.data == ["train.txt"] && request.root == "frames")
    #expect(request.validation == ["val.txt"] && request.validationRoot == "others")
    #expect(request.format == "bike" && request.imageTemplate == "img_{:05d}.jpg" && request.classes == "classes.csv")
    #expect(request.seed == 7 && request.epochs == 30 && request.validateEvery == 5)
    #expect(request.clip == "here.pt")
    #expect(request.experiment.folder == "exps/k400/towers.pt")
    let wanted = [
      "recipe.preset": "k400", "recipe.imageTemplate": "none", "recipe.dataset": "plain", "recipe.protocol": "general",
      "recipe.frameCount": "16", "recipe.imageSize": "336", "recipe.dense": "false", "recipe.randomShift": "true",
      "recipe.shot": "2", "batch.size": "12", "network.sim_header": "None", "network.interaction": "DP",
      "network.drop_out": "0.1", "network.emb_dropout": "0.2", "network.init": "true", "network.joint_st": "true",
      "network.fix_text": "false", "network.fix_video": "true", "recipe.method": "sgd", "recipe.course": "multistep",
      "recipe.loss": "DS", "recipe.learningRate": "5e-05", "recipe.clipRatio": "0.5", "optimize.accumulation": "4",
      "optimize.weightDecay": "0.1", "recipe.momentum": "0.9", "optimize.warmup": "2.0 epochs",
      "optimize.milestones": "10 20 30", "decode.workers": "3",
    ]
    for (name, value) in wanted { #expect(request.settings[name] == value, "\(name)") }
    #expect(Set(request.settings.keys) == Set(wanted.keys))
    // All of it is a configuration.
    let configuration = try BIKEConfiguration(request.settings.filter { $0.key != "decode.workers" })
    #expect(configuration.recipe.clips.frameCount == 16 && configuration.recipe.optimizer.learningRate == 5e-5)
    #expect(configuration.recipe.optimizer.milestones.epochs == [10, 20, 30])
    #expect(request.experiment.notes.count == 2)
    #expect(request.experiment.notes[0].contains("data.seg_length is a key without an effect"))
  }

  @Test func whatIsAbsentIsEmptyOrFalse() throws {
    let request = try request(
      "data: {dataset: charades, train_list: train.csv, fps: 24}\nnetwork: {sim_header: Transf}\nsolver: {lr: 1e-4}\n")
    #expect(request.settings["recipe.randomShift"] == "false" && request.settings["network.fix_text"] == "false")
    #expect(request.settings["network.init"] == "false" && request.settings["optimize.warmup"] == "0.0 epochs")
    #expect(request.settings["recipe.dataset"] == "charades" && request.settings["recipe.protocol"] == "charades")
    // Tables are told by their columns.
    #expect(request.format == nil && request.listRate == 24)
    let dense = try self.request(
      "data: {dataset: anet1.3, dense: True, random_shift: True}\nnetwork: {sim_header: Transf}\n")
    #expect(dense.settings["recipe.dense"] == "true" && dense.settings["recipe.randomShift"] == nil)
    #expect(dense.settings["recipe.protocol"] == "activitynet")
    let something = try self.request("data: {dataset: somethingv2}\nnetwork: {sim_header: Transf}\n")
    #expect(something.settings["recipe.dataset"] == "something")
  }

  @Test func theCommandLineHasTheLastWord() throws {
    let request = try request(Self.whole, changing: ["data.batch_size": "3", "network.fix_text": "True"]) { request in
      (request.data, request.validation, request.epochs, request.seed) = (["own.txt"], ["val-own.txt"], 4, 1)
      request.settings = ["recipe.flip": "0", "batch.size": "5"]
    }
    #expect(request.data == ["own.txt"] && request.root == nil && request.format == nil)
    #expect(request.validation == ["val-own.txt"] && request.validationRoot == nil)
    #expect(request.epochs == 4 && request.seed == 1 && request.clipLists.isEmpty)
    #expect(request.settings["recipe.flip"] == "0" && request.settings["batch.size"] == "5")
    #expect(request.settings["network.fix_text"] == "true")
  }

  @Test func theAttributesBranchReadsTheSameFile() throws {
    let text = Self.whole.replacing(
      "shot: 2", with: "shot: 2, select_topk_attributes: 3, attributes_train_path: a.json, attributes_val_path: b.json")
    let sentences = try request(text, for: AttributesTraining.self)
    #expect(sentences.attributes == "a.json" && sentences.validationAttributes == "b.json")
    #expect(sentences.settings["recipe.phrases"] == "3" && sentences.settings["recipe.shot"] == nil)
    #expect(sentences.settings["decode.workers"] == nil)
    _ = try AttributesConfiguration(sentences.settings)
    let video = try request(text)
    #expect(video.attributes == nil && video.experiment.attributes == "a.json")
    #expect(video.experiment.validationAttributes == "b.json")
  }

  @Test func whatCannotBeIsSaid() throws {
    func refusal(_ text: String, for system: any TrainingSystem.Type = BIKETraining.self) -> String {
      do {
        _ = try request(text, for: system)
        return ""
      } catch {
        return "\(error)"
      }
    }
    let start = "data: {dataset: k400}\nnetwork: {sim_header: Transf}\n"
    #expect(refusal(start + "solver: {optim: sgd}\n").contains("solver.momentum is absent"))
    #expect(refusal(start + "solver: {type: multistep}\n").contains("solver.lr_decay_step is absent"))
    #expect(refusal(start, for: MaskFeat.self).contains("maskfeat has no use for it"))
    var bare = RunRequest()
    let file = try #require(
      try ExperimentFile(
        contentsOf: try folder.write(
          "data: {dataset: k400}\nnetwork: {sim_header: Transf, arch: ViT-B/33}\n", "arch.yaml")))
    do {
      try file.fill(&bare, for: BIKETraining.self)
      Issue.record("towers that nobody knows were taken")
    } catch {
      #expect("\(error)".contains("network.arch is “ViT-B/33”"), "\(error)")
    }
  }

  @Test func keysWithoutAnEffectAreNamed() throws {
    let request = try request(
      "data: {dataset: k400, index_bias: 1}\nnetwork: {sim_header: Transf, tm: False}\n"
        + "solver: {optim: adam, weight_decay: 0.2, momentum: 0.9, lr_decay_step: 5}\n")
    #expect(request.settings["optimize.weightDecay"] == nil && request.settings["recipe.momentum"] == nil)
    for key in ["data.index_bias", "network.tm", "solver.weight_decay", "solver.momentum", "solver.lr_decay_step"] {
      #expect(request.experiment.notes.contains { $0.contains(key) }, "\(key)")
    }
  }
}
