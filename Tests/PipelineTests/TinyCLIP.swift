import Foundation
import SluiceCheckpoints
import SluiceModels
import SluiceNN
import SluiceTensor
import SluiceText

/// A CLIP of random numbers, so small that a step takes no time, in a folder with its own merges.
enum TinyCLIP {
  /// What its merges are learned from.
  private static let texts: [String] = [
    "This is a video about moving left", "This is a video about moving right", "a square over a texture",
    "0 1 2 3 4 5 6 7",
  ]

  /// Its merges.
  static func merges(count: Int = 40) throws -> Merges { try Merges.learned(from: texts, count: count) }

  /// Its sizes: images of 32 pixels in four patches.
  static func configuration(vocabularySize: Int) -> CLIPConfiguration {
    CLIPConfiguration(
      embedding: 16, imageSize: 32, patchSize: 16, visionWidth: 16, visionLayers: 2, textWidth: 16, textLayers: 1,
      vocabularySize: vocabularySize)
  }

  /// Writes `model.safetensors` and `merges.txt.gz`.
  /// - Returns: the folder.
  @discardableResult
  static func write(to folder: String, seed: UInt64 = 3, merges: Merges? = nil) throws -> String {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let merges = try merges ?? Self.merges()
    let clip = try CLIP(configuration(vocabularySize: merges.vocabularySize))
    clip.parameters.initialize(seed: seed)
    try SafetensorsFile.write(
      clip.parameters.parameters.map { TensorContent($0.name, $0.value) }, to: folder + "/model.safetensors")
    // Read by what is in it, packed or not.
    try merges.fileText.write(toFile: folder + "/merges.txt.gz", atomically: true, encoding: .utf8)
    return folder
  }

  /// Writes phrases about the videos of a list, whose lines end with a tab, or the only blank, and a label.
  /// - Returns: the file's path.
  static func writeAttributes(of list: String, to path: String) throws -> String {
    let lines = try String(contentsOfFile: list, encoding: .utf8).split(separator: "\n")
    let members = lines.enumerated().map { number, line in
      let video = line.split(separator: line.contains("\t") ? "\t" : " ")[0]
      return "  \"\(video)\": {\"classname_topk\": [\"moving \(number % 2 == 0 ? "left" : "right")\", \"a square\"]}"
    }
    try ("{\n" + members.joined(separator: ",\n") + "\n}\n").write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }
}
