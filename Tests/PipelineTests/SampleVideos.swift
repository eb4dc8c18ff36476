import Foundation
import SluiceMedia
import SluicePipelines
import SluiceTraining

/// Small H.264 videos of the synthetic set, and lists of them.
enum SampleVideos {
  /// Writes `count` videos and the names of `broken` ones into a list in `folder`.
  ///
  /// Of the broken, `missing…` is not written at all; the others are a video cut to a third.
  /// - Returns: the list's path.
  static func write(_ count: Int, to folder: String, broken: [String] = []) throws -> String {
    var lines: [String] = []
    for number in 0..<count {
      try write(number, to: "\(folder)/clip \(number).mp4")
      lines.append("\(folder)/clip \(number).mp4\t\(number % 8)")
    }
    for name in broken {
      lines.append("\(folder)/\(name)\t0")
      guard !name.hasPrefix("missing") else { continue }
      try write(9, to: "\(folder)/\(name)")
      let data = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
      try data.prefix(data.count / 3).write(to: URL(filePath: "\(folder)/\(name)"))
    }
    let list = folder + "/list.txt"
    try (lines.joined(separator: "\n") + "\n").write(toFile: list, atomically: true, encoding: .utf8)
    return list
  }

  private static func write(_ number: Int, to path: String) throws {
    let frames = MotionScene(base: 11, number: number).frames()
    let writer = try VideoWriter(path: path, like: frames[0])
    for frame in frames { try writer.append(frame) }
    try writer.finish()
  }
}

extension RunRequest {
  /// What a system reads besides clips: a tokenizer of random weights, and frames of the clips of `list` as images.
  init(inputsOf system: any TrainingSystem.Type, beside list: String, in folder: String) throws {
    self.init()
    // The others read tokens only if that is their target.
    if system.name.hasPrefix("bevt"), system.ownOptions.contains("--tokenizer") {
      tokenizer = folder + "/dvae"
      _ = try RandomDVAE(.small, seed: 1).write(to: folder + "/dvae")
    }
    if system.ownOptions.contains("--images") { images = [list] }
  }
}
