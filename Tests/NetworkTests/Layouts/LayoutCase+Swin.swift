import SluiceCheckpoints
import SluiceModels
import SluiceNN
import SluiceTensor

/// A Video Swin of eight numbers a token in its first stage.
private let tinySwin = SwinConfiguration(
  frameCount: 4, imageSize: 32, dimension: 8, depths: [1, 2], headCounts: [1, 2], window: GridStride(2, 2, 2))

extension LayoutCase {
  static func swins() throws -> [LayoutCase] {
    let make = { @Sendable in try VideoSwin(tinySwin) }
    let own = values(of: try make())
    let bare = renamed(own) { name, value in
      var parts = [replacing(name, ["backbone.": ""]): value]
      // A buffer beside each table.
      if name.hasSuffix("relative_position_bias_table") {
        parts[replacing(name, ["backbone.": "", "bias_table": "index"])] = .zeros([8, 8])
      }
      return parts
    }
    return try [
      LayoutCase("swin/none", of: make, writing: own) { own[$0] },
      // Inside `backbone.` they are the model's own names.
      LayoutCase("swin/swin", of: make, found: .some(nil), writing: bare) { own[$0] },
    ] + imageSwins(of: make, own)
  }

  /// Transformers of images: filters without time, a table of one step.
  private static func imageSwins(
    of make: @escaping @Sendable () throws -> VideoSwin, _ own: Weights
  ) throws -> [LayoutCase] {
    let plain = renamed(own.filter { !$0.key.hasPrefix("cls_head.") }) { name, value in
      let plain = replacing(name, ["backbone.": ""])
      if name.hasSuffix("patch_embed.proj.weight") { return [plain: value.slice(0..<1, axis: 2).reshaped(8, 3, 4, 4)] }
      return [plain: name.hasSuffix("relative_position_bias_table") ? value.slice(0..<9, axis: 0) : value]
    }
    let expected = { (name: String) -> Tensor? in
      guard let value = plain[replacing(name, ["backbone.": ""])] else { return nil }
      if name.hasSuffix("patch_embed.proj.weight") {
        let frame = value.reshaped(8, 3, 1, 4, 4) * 0.5
        return .concatenated([frame, frame], axis: 2)
      }
      return name.hasSuffix("relative_position_bias_table") ? .concatenated([value, value, value], axis: 0) : value
    }
    return try [
      LayoutCase("swin/swin-images", of: make, writing: plain, expecting: expected),
      LayoutCase(
        "swin/swin-images", variant: "BEVT's image stream", of: make,
        writing: renamed(plain) {
          ["encoder." + replacing($0, ["norm.": $0.hasPrefix("norm.") ? "fc_norm." : "norm."]): $1]
        },
        expecting: expected),
    ]
  }
}
