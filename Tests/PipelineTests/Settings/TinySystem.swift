import SluiceFlow
import SluicePipelines
import SluiceTraining
import TestSupport
import Testing

/// A system at a size at which a step takes milliseconds.
struct TinySystem: Sendable, CustomTestStringConvertible {
  let type: any TrainingSystem.Type
  /// What makes it small.
  let base: [String: String]

  var testDescription: String { type.name }

  static let all: [TinySystem] = Systems.all.map { type in TinySystem(type: type, base: base(of: type.name)) }

  /// Those whose every setting is tried: all of them in the long tier, which takes minutes.
  static let tried: [TinySystem] = isLongTier ? all : all.filter { $0.type.name == "videomae" }

  private static func base(of name: String) -> [String: String] {
    var base = [
      "batch.size": "2", "model.frameCount": "8", "model.imageSize": "32", "model.dimension": "16", "model.depth": "2",
      "denseFrames.stride": "4",
    ]
    switch name {
    case "maskfeat", "maskfeat-finetune":
      (base["model.imageSize"], base["model.depth"]) = ("64", "4")
    case "videomae", "simvtp":
      base["model.headCount"] = "2"
      base.merge(["model.decoderDimension": "8", "model.decoderDepth": "1", "model.decoderHeadCount": "2"]) { $1 }
      // Two pairs of a device, and two of another.
      if name == "simvtp" { base["batch.size"] = "4" }
    case "simvtp-finetune": (base["model.headCount"], base["batch.size"]) = ("2", "4")
    case "bevt-finetune":
      base = ["batch.size": "2", "model.frameCount": "4", "model.imageSize": "32", "model.dimension": "8"]
    case "bike": base = ["batch.size": "2", "recipe.frameCount": "4"]
    case "bike-attributes": base = ["batch.size": "2"]
    case "bevt-image": base = ["batch.size": "2", "model.dimension": "8"]
    case "bevt":
      base = ["batch.size": "2", "model.frameCount": "4", "model.dimension": "8", "recipe.imageCount": "2"]
    default: base["model.headCount"] = "2"
    }
    return base
  }
}

/// The values that a setting can be tried with.
struct TriedValues: Sendable {
  /// All words of an enumeration, else some that differ from what is there, the most telling first.
  let values: [String]
  /// Whether ``values`` are all there are, so that each must differ from each.
  let areAll: Bool

  init(_ domain: SettingDomain, now: String) {
    switch domain {
    case .words(let words): (values, areAll) = (words, true)
    case .truth: (values, areAll) = (["true", "false"], true)
    case .number(let range, let isWhole, let none):
      areAll = false
      let value = Double(now)
      let near: [Double] = value.map { [$0 * 2, $0 / 2, $0 + 1, $0 - 1, $0 / 4] } ?? [1, 64]
      let numbers = (near + [0.5, 0.1, 1, 2, 4, 100]).filter { range.contains($0) }
      let texts = numbers.map { isWhole ? "\(Int($0))" : "\($0)" }.filter { Double($0) != value }
      values = texts + [none].compactMap(\.self).filter { $0 != now }
    case .text:
      areAll = false
      values = ["2", "50%", "3 steps", "0.5", "1 3", "each 0.01", "none", "1 1 1 1", "2 2 2 2", "video", "text,vtc"]
        .filter { $0 != now }
    }
  }
}
