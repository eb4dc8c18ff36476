import Foundation
import SluiceTraining

/// Runs of BIKE's branches so small that a step takes no time, on videos of a folder whose classes have names.
struct BIKERuns {
  let folder: String
  let list: String
  let classes: String
  let clip: String
  let attributes: String

  init(in folder: String, videos: Int = 5) throws {
    self.folder = folder
    _ = try SampleVideos.write(videos, to: folder)
    list = folder + "/videos.txt"
    var lines = ""
    for number in 0..<videos {
      // BIKE's lists have no blanks in paths.
      try FileManager.default.moveItem(atPath: "\(folder)/clip \(number).mp4", toPath: "\(folder)/v\(number).mp4")
      lines += "\(folder)/v\(number).mp4 \(number % 8)\n"
    }
    try lines.write(toFile: list, atomically: true, encoding: .utf8)
    classes = folder + "/classes.csv"
    let names = ["left", "right", "up", "down", "clockwise", "counterclockwise", "approach", "recede"]
    try ("id,name\n" + names.enumerated().map { "\($0 + 7),moving \($1)\n" }.joined())
      .write(toFile: classes, atomically: true, encoding: .utf8)
    clip = try TinyCLIP.write(to: folder + "/clip")
    attributes = try TinyCLIP.writeAttributes(of: list, to: folder + "/attributes.json")
  }

  func path(_ name: String) -> String { folder + "/" + name }

  /// What makes a branch small.
  static func small(_ system: String) -> [String] {
    (system == "bike" ? ["batch.size=2", "recipe.frameCount=4"] : ["batch.size=2"]).flatMap { ["--set", $0] }
  }

  /// A command line that trains a branch, without the directory.
  func arguments(_ system: String, _ options: [String]) -> [String] {
    let own = system == "bike" ? [] : ["--attributes", attributes]
    return ["train", system, "--data", list, "--classes", classes, "--clip", clip, "--seed", "4", "--threads", "1"]
      + own
      + Self.small(system) + options
  }

  /// Trains a branch from the beginning, in a directory of its name unless said.
  func train(_ system: String, _ options: String..., out: String? = nil) throws -> SluiceProgram.Result {
    try SluiceProgram.run(arguments(system, options) + ["--out", path(out ?? system)])
  }

  func lines(_ run: String) throws -> [MetricsLog.Line] { try MetricsLog.lines(at: path(run) + "/metrics.jsonl") }

  /// A configuration of BIKE's form for these videos.
  func writeExperiment(_ changes: [String: String] = [:], to name: String = "experiment.yaml") throws -> String {
    var values = [
      "data.dataset": "motion", "data.modality": "video", "data.num_segments": "4", "data.batch_size": "2",
      "data.workers": "1", "data.train_list": list, "data.val_list": list, "data.label_list": classes,
      "data.random_shift": "True", "data.output_path": path("exps"), "data.num_classes": "8",
      "data.select_topk_attributes": "2", "data.attributes_train_path": attributes,
      "data.attributes_val_path": attributes, "network.arch": clip, "network.init": "True",
      "network.sim_header": "Transf", "network.interaction": "VCS", "network.fix_text": "True",
      "solver.type": "cosine", "solver.epochs": "2", "solver.optim": "adamw", "solver.lr": "5e-4",
      "solver.clip_ratio": "1", "solver.weight_decay": "0.2", "solver.lr_warmup_step": "1", "solver.loss_type": "NCE",
      "logging.print_freq": "10", "logging.eval_freq": "1",
    ]
    values.merge(changes) { $1 }
    var text = ""
    for group in ["data", "network", "solver", "logging"] {
      text += group + ":\n"
      for (key, value) in values.sorted(by: { $0.key < $1.key }) where key.hasPrefix(group + ".") {
        text += "  \(key.dropFirst(group.count + 1)): \(value)\n"
      }
    }
    for (key, value) in values.sorted(by: { $0.key < $1.key }) where !key.contains(".") { text += "\(key): \(value)\n" }
    try text.write(toFile: path(name), atomically: true, encoding: .utf8)
    return path(name)
  }
}
