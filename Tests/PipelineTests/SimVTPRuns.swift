import Foundation
import SluiceCheckpoints
import SluiceTraining
import Testing

/// Runs of a SimVTP so small that a step takes no time, on videos of a folder with captions of several lengths.
struct SimVTPRuns {
  let folder: String
  let list: String
  let vocabulary: String

  init(in folder: String, videos: Int = 5) throws {
    self.folder = folder
    _ = try SampleVideos.write(videos, to: folder)
    (list, vocabulary) = try SampleVideos.writeCaptions(videos, in: folder)
  }

  private static let shared = [
    "batch.size=2", "model.dimension=16", "model.depth=1", "model.headCount=2", "model.imageSize=32",
    "model.frameCount=4", "denseFrames.stride=2",
  ]
  private static let decoder = ["model.decoderDimension=8", "model.decoderDepth=1", "model.decoderHeadCount=2"]

  /// What makes a system small.
  static func small(_ system: String) -> [String] {
    (shared + (system.hasSuffix("-finetune") ? [] : decoder)).flatMap { ["--set", $0] }
  }

  /// Trains a system from the beginning, in a directory of its name unless said.
  func train(_ system: String, _ options: String..., out: String? = nil) throws -> SluiceProgram.Result {
    try SluiceProgram.run(arguments(system, options) + ["--out", path(out ?? system)])
  }

  /// A command line that trains a system, without the directory.
  func arguments(_ system: String, _ options: [String]) -> [String] {
    ["train", system, "--data", list, "--seed", "4", "--threads", "1"] + Self.small(system) + options
  }

  func path(_ name: String) -> String { folder + "/" + name }

  func lines(_ run: String) throws -> [MetricsLog.Line] { try MetricsLog.lines(at: path(run) + "/metrics.jsonl") }

  /// A vocabulary of as many words, of which one is another.
  func otherVocabulary() throws -> String {
    let text = try String(contentsOfFile: vocabulary, encoding: .utf8)
    try text.replacing("\nred\n", with: "\nwhite\n").write(
      toFile: path("other.txt"), atomically: true, encoding: .utf8)
    return path("other.txt")
  }

  /// BERT's embeddings for the small network, as its first checkpoints named them.
  func writeEmbeddings(to name: String) throws -> String {
    let words = try String(contentsOfFile: vocabulary, encoding: .utf8).split(separator: "\n").count
    let shapes = [
      ("word_embeddings.weight", [words, 16]), ("position_embeddings.weight", [512, 16]),
      ("token_type_embeddings.weight", [2, 16]), ("LayerNorm.gamma", [16]), ("LayerNorm.beta", [16]),
    ]
    let contents = shapes.map { name, shape in
      let values = (0..<shape.reduce(1, *)).map { Float($0 % 17) / 17 }
      return TensorContent(
        TensorInfo(name: "bert.embeddings." + name, type: .float32, shape: shape),
        bytes: values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } })
    }
    try SafetensorsFile.write(contents, to: path(name))
    return path(name)
  }
}
