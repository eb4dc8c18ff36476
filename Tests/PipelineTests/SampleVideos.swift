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

  /// Writes captions of the first `count` videos of `folder`, three of each and of several lengths, and a vocabulary of their
  /// words.
  /// - Returns: the paths of the list and of the vocabulary.
  static func writeCaptions(_ count: Int, in folder: String) throws -> (list: String, vocabulary: String) {
    let words = [
      ["a", "square"], ["a", "red", "disc"], ["the", "small", "green", "cross"], ["one", "blue", "ring"],
    ]
    let motions = [
      ["moves", "left"], ["goes", "up", "and", "then", "down", "again"], ["turns"], ["stays", "where", "it", "is"],
    ]
    func caption(_ number: Int, _ wording: Int) -> String {
      let (shape, motion) = (words[(number + wording) % 4], motions[(number + 3 * wording) % 4])
      return "\"" + (shape + motion).joined(separator: " ") + "\""
    }
    let entries = (0..<count).map { number in
      "\"\(folder)/clip \(number).mp4\": [\((0..<3).map { caption(number, $0) }.joined(separator: ", "))]"
    }
    let list = folder + "/captions.json"
    try ("{\n" + entries.joined(separator: ",\n") + "\n}\n").write(toFile: list, atomically: true, encoding: .utf8)
    let known = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + Set((words + motions).joined()).sorted()
    let vocabulary = folder + "/vocab.txt"
    try known.map { $0 + "\n" }.joined().write(toFile: vocabulary, atomically: true, encoding: .utf8)
    return (list, vocabulary)
  }

  private static func write(_ number: Int, to path: String) throws {
    let frames = MotionScene(base: 11, number: number).frames()
    let writer = try VideoWriter(path: path, like: frames[0])
    for frame in frames { try writer.append(frame) }
    try writer.finish()
  }
}

extension RunRequest {
  /// What a system reads besides clips: a tokenizer or towers of random weights, frames of the clips of `list` as images,
  /// phrases about them; of a system that reads captions so many clips with theirs.
  init(
    inputsOf system: any TrainingSystem.Type, beside list: String, in folder: String, clips: Int = 3
  ) throws {
    self.init()
    // The others read tokens only if that is their target.
    if system.name.hasPrefix("bevt"), system.ownOptions.contains("--tokenizer") {
      tokenizer = folder + "/dvae"
      _ = try RandomDVAE(.small, seed: 1).write(to: folder + "/dvae")
    }
    if system.ownOptions.contains("--images") { images = [list] }
    if system.ownOptions.contains("--clip") { clip = try TinyCLIP.write(to: folder + "/clip") }
    if system.ownOptions.contains("--attributes") {
      attributes = try TinyCLIP.writeAttributes(of: list, to: folder + "/attributes.json")
      validationAttributes = attributes
    }
    guard system.ownOptions.contains("--vocab") else { return }
    let captions = try SampleVideos.writeCaptions(clips, in: folder)
    (data, vocabulary) = ([captions.list], captions.vocabulary)
  }
}
