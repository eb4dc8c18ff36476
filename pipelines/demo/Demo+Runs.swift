internal import SluiceTraining

extension Demo {
  /// The run of pre-training.
  var pretrained: RunDirectory { RunDirectory(path: directory + "/pretrain") }

  /// The run of one training with labels.
  func run(_ kind: DemoKind, _ draw: Int) -> RunDirectory {
    RunDirectory(path: "\(directory)/\(kind.rawValue)-\(draw)")
  }

  /// What `sluice train maskfeat` is asked for to pre-train.
  var pretraining: RunRequest {
    var request = request(steps: settings.pretrainSteps)
    request.seed = settings.seed
    request.checkpointEvery = .steps(max(1, settings.pretrainSteps / 5))
    return request
  }

  /// What `sluice train maskfeat-finetune` is asked for to train with the labels of one draw.
  func tuning(_ kind: DemoKind, _ draw: Int) -> RunRequest {
    var request = request(steps: settings.tuneSteps)
    request.seed = settings.seed &+ UInt64(draw)
    request.classes = synth.classes
    request.settings["recipe.samplesPerClass"] = "\(settings.labelsPerClass)"
    request.settings["recipe.draw"] = "\(draw + 1)"
    switch kind {
    case .pretrained: request.from = pretrained.path
    case .scratch: break
    case .still: request.settings["recipe.frames"] = FrameRecipe.Choice.still.rawValue
    }
    return request
  }

  private func request(steps: Int) -> RunRequest {
    var request = RunRequest()
    request.data = [shards(.train)]
    request.steps = steps
    request.threads = budget.compute
    request.settings = ["model.preset": MViTSettings.Preset.demo.rawValue, "batch.size": "\(settings.batchSize)"]
    return request
  }
}
