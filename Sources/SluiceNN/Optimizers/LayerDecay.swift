/// A learning rate that shrinks from the top layer of a network to the bottom one.
///
/// Layer 0 is what makes tokens of the input, then come the blocks in the model's order, then everything else at the full
/// rate. Of a network of L blocks, layer i has the rate factorᴸ⁺¹⁻ⁱ. Blocks are numbered parts: `blocks.3`,
/// `layers.2.blocks.1`, `resblocks.0`. Two towers that number alike decay side by side.
/// - Source: BEiT, section "layer-wise learning rate decay"; VideoMAE, `LayerDecayValueAssigner`.
public struct LayerDecay: Sendable, Equatable {
  /// The rate of a layer over that of the one above it.
  public var factor: Double
  /// What makes tokens of the input, of what is in no block.
  public var inputs: [ParameterPattern]

  /// Layers whose rates differ by `factor`.
  public init(
    _ factor: Double,
    inputs: [ParameterPattern] = [
      "*patch_embed*", "*mask_token*", "*cls_token*", "*pos_embed*", "*cls_positional_encoding*", "*time_embed*",
      "*text_embeddings*",
    ]
  ) {
    self.factor = factor
    self.inputs = inputs
  }

  /// A rule for each layer of the model that has these parameters, named `layer_0` and so on.
  public func rules(for names: [String]) -> [GroupRule] {
    var blocks: [[Int]] = []
    var members: [[Int]: [ParameterPattern]] = [:]
    for name in names {
      guard let block = LayerDecay.block(of: name) else { continue }
      if members[block] == nil { blocks.append(block) }
      members[block, default: []].append(.named(name))
    }
    let layers = blocks.map { members[$0] ?? [] } + [inputs, [.all]]
    // Blocks come first, for a part of the input may have its name inside one.
    let numbers = Array(1..<blocks.count + 1) + [0, blocks.count + 1]
    return zip(numbers, layers).map { number, patterns in
      let rate = (number..<blocks.count + 1).reduce(1.0) { product, _ in product * factor }
      return GroupRule(patterns, name: "layer_\(number)", rate: rate)
    }
  }

  /// The numbers of the outermost block a parameter is in: 3 for `blocks.3.mlp.fc1.weight`, 2 and 1 for
  /// `layers.2.blocks.1.norm1.bias`.
  private static func block(of name: String) -> [Int]? {
    let parts = name.split(separator: ".")
    var numbers: [Int] = []
    for (part, next) in zip(parts, parts.dropFirst()) {
      let number = blockLists.contains(part) ? Int(next) : nil
      if let number {
        numbers.append(number)
      } else if !numbers.isEmpty, Int(part) == nil {
        // What follows is inside the block.
        break
      }
    }
    return numbers.isEmpty ? nil : numbers
  }

  private static let blockLists: Set<Substring> = ["blocks", "layers", "resblocks", "transformer_layers"]
}
