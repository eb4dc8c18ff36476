import Foundation
import SluiceCheckpoints
import SluiceTensor
import TestSupport

/// Small files that hold what is unusual, to be damaged.
enum UnusualFiles {
  /// Archives of tensors with element types of their own, negative views, and tensors inside objects.
  static var all: [[UInt8]] { [typed, objects] }

  private static var typed: [UInt8] {
    var pickle = PickleAssembler()
    pickle.raw(0x7D, 0x28)
    for (key, type) in ["uint16", "uint32", "uint64", "float32", "float8_e4m3fn"].enumerated() {
      pickle.string(type)
      pickle.typedTensor("\(key)", type, bytes: 16, sizes: [1, 2], strides: [2, 1], isNegated: key == 3)
    }
    pickle.raw(0x75)
    return pickle.archive(Dictionary(uniqueKeysWithValues: (0..<5).map { ("\($0)", [UInt8](1...16)) }))
  }

  private static var objects: [UInt8] {
    var pickle = PickleAssembler()
    pickle.raw(0x7D, 0x28)
    pickle.string("args")
    pickle.global("argparse", "Namespace")
    pickle.raw(0x29, 0x81, 0x71, 3, 0x7D, 0x28)
    pickle.string("w")
    pickle.tensor("0", count: 4, sizes: [2, 2], strides: [1, 2])
    pickle.string("self")
    pickle.raw(0x68, 3, 0x75, 0x62)
    pickle.string("default")
    pickle.global("collections", "defaultdict")
    pickle.global("builtins", "list")
    pickle.raw(0x85, 0x52)
    pickle.string("k")
    pickle.raw(0x5D, 0x71, 4, 0x28, 0x68, 3, 0x68, 4, 0x65, 0x73)
    pickle.string("method")
    pickle.global("builtins", "getattr")
    pickle.global("mylab", "History")
    pickle.string("min")
    pickle.raw(0x86, 0x52)
    pickle.string("frozen")
    pickle.raw(0x28)
    pickle.tensor("0", count: 4, sizes: [4], strides: [1])
    pickle.raw(0x91, 0x75)
    return pickle.archive(["0": [UInt8](0..<16)])
  }

  /// Safetensors of a model inside wrappers, with an averaged copy.
  static func wrapped() throws -> [[UInt8]] {
    try ["state_dict/model.", "module._orig_mod.", "model/module.module."].map { prefix in
      var tensors: [String: Tensor] = [:]
      for block in 0..<3 {
        for part in ["norm1.weight", "attn.qkv.weight", "attn.qkv.bias", "mlp.fc1.weight"] {
          tensors["\(prefix)blocks.\(block).\(part)"] = .zeros([3, 2])
          tensors["ema/\(prefix)blocks.\(block).\(part)"] = .zeros([3, 2])
        }
      }
      return try withTemporaryFolder { folder in
        try SafetensorsFile.write(tensors, to: folder + "/seed.safetensors")
        return [UInt8](try Data(contentsOf: URL(filePath: folder + "/seed.safetensors")))
      }
    }
  }
}

extension PickleAssembler {
  /// A tensor over a storage that is counted in bytes.
  mutating func typedTensor(
    _ key: String, _ type: String, bytes: Int, sizes: [Int], strides: [Int], offset: Int = 0, isNegated: Bool = false
  ) {
    global("torch._utils", "_rebuild_tensor_v3")
    raw(0x28, 0x28)
    string("storage")
    global("torch.storage", "UntypedStorage")
    string(key)
    string("cpu")
    integer(bytes)
    raw(0x74, 0x51)
    integer(offset)
    integers(sizes)
    integers(strides)
    raw(0x89, 0x4E)
    global("torch", type)
    if isNegated {
      raw(0x7D)
      string("neg")
      raw(0x88, 0x73)
    }
    raw(0x74, 0x52)
  }
}
