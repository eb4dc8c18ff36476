import Foundation
import SluiceCheckpoints
import SluiceTensor

/// Files of weights as other programs write them, for networks of space and time of sixteen numbers a token, two blocks,
/// and four patches of 16 pixels.
struct TinyWeights {
  /// An image ViT under timm's names, and the encoder of a masked autoencoder of tubelets of two frames and of frames.
  let files: [String]

  init(in folder: String) throws {
    files = try [("image", "", []), ("videos", "encoder.", [2]), ("frames", "encoder.", [])].map { name, prefix, time in
      let path = "\(folder)/\(name).safetensors"
      try SafetensorsFile.write(Self.contents(prefix, time), to: path)
      return path
    }
  }

  private static func contents(_ prefix: String, _ time: [Int]) -> [TensorContent] {
    var shapes: [(String, [Int])] = [
      ("patch_embed.proj.weight", [16, 3] + time + [16, 16]), ("patch_embed.proj.bias", [16]), ("norm.weight", [16]),
      ("norm.bias", [16]),
    ]
    if prefix.isEmpty { shapes += [("cls_token", [1, 1, 16]), ("pos_embed", [1, 5, 16])] }
    for block in 0..<2 {
      let biases = prefix.isEmpty ? [("attn.qkv.bias", [48])] : [("attn.q_bias", [16]), ("attn.v_bias", [16])]
      let own: [(String, [Int])] = [
        ("norm1.weight", [16]), ("norm1.bias", [16]), ("attn.qkv.weight", [48, 16]), ("attn.proj.weight", [16, 16]),
        ("attn.proj.bias", [16]), ("norm2.weight", [16]), ("norm2.bias", [16]), ("mlp.fc1.weight", [64, 16]),
        ("mlp.fc1.bias", [64]), ("mlp.fc2.weight", [16, 64]), ("mlp.fc2.bias", [16]),
      ]
      shapes += (own + biases).map { ("blocks.\(block).\($0.0)", $0.1) }
    }
    return shapes.enumerated().map { number, entry in
      let values = (0..<entry.1.reduce(1, *)).map { Float(($0 * 7 + number * 13) % 29) / 29 - 0.5 }
      return TensorContent(
        TensorInfo(name: prefix + entry.0, type: .float32, shape: entry.1),
        bytes: values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } })
    }
  }

  /// Writes the parameters of a network of space and time as VideoTransformer-pytorch names them.
  static func write(_ parameters: [String: Tensor], to path: String) throws {
    let contents = parameters.sorted { $0.key < $1.key }.map { name, tensor in
      let plain = name.hasPrefix("model.") ? String(name.dropFirst(6)) : name
      let info = TensorInfo(
        name: plain.replacing("qkv.", with: "in_proj_").replacing("attn.proj.", with: "attn.out_proj."), type: .float32,
        shape: tensor.shape.dimensions)
      return TensorContent(
        info,
        bytes: tensor.floats.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
        })
    }
    try SafetensorsFile.write(contents, to: path)
  }
}
