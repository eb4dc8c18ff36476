/// Parameters that share a learning rate and a weight decay.
public struct ParameterGroup: Sendable, Equatable {
  /// What reports call the group; empty where a reference has no name for it.
  public var name: String
  /// The group's learning rate over the schedule's.
  public var rateFactor: Double
  /// Whether weights shrink by the run's weight decay.
  public var decays: Bool
  /// The members' state-dict names in the model's order.
  public var members: [String]
}

/// How a model's parameters are divided among groups.
public struct GroupRule: Sendable, Equatable {
  /// The factor of the learning rate from one layer to the one below it; `nil` for one rate throughout.
  public var layerDecay: Double?

  /// Two groups in fixed order, without and with weight decay.
  public static let plain = GroupRule(layerDecay: nil)

  /// A group for each layer, with and without weight decay, in order of first appearance; a factor of 1 makes two
  /// groups.
  /// - Source: BEiT, section "layer-wise learning rate decay"; VideoTransformer-pytorch, `optimizer`.
  public static func layerDecay(_ factor: Double) -> GroupRule { GroupRule(layerDecay: factor) }

  private init(layerDecay: Double?) {
    self.layerDecay = layerDecay
  }

  /// Whether weight decay spares a parameter: vectors, biases, and learned tokens and tables.
  public static func sparesDecay(_ name: String, rank: Int) -> Bool {
    if rank <= 1 || name.hasSuffix(".bias") { return true }
    return ["pos_embed", "cls_token", "mask_token"].contains { name.contains($0) }
  }

  /// Divides `parameters`; names of `frozen` belong to no group.
  public func groups(
    of parameters: [(name: String, rank: Int)], frozen: Set<String> = []
  ) -> [ParameterGroup] {
    let trained = parameters.filter { !frozen.contains($0.name) }
    guard let layerDecay else {
      var groups = [false, true].map { ParameterGroup(name: "", rateFactor: 1, decays: $0, members: []) }
      for parameter in trained {
        groups[Self.sparesDecay(parameter.name, rank: parameter.rank) ? 0 : 1].members.append(parameter.name)
      }
      return groups
    }
    let top = LayerNumbering(names: parameters.map(\.name))
    var groups: [ParameterGroup] = []
    for parameter in trained {
      let decays = !Self.sparesDecay(parameter.name, rank: parameter.rank)
      let layer = top.layer(of: parameter.name)
      let name = (layerDecay == 1 ? "" : "layer_\(layer)_") + (decays ? "decay" : "no_decay")
      if let index = groups.firstIndex(where: { $0.name == name }) {
        groups[index].members.append(parameter.name)
      } else {
        let factor = (layer..<top.last).reduce(1.0) { product, _ in product * layerDecay }
        groups.append(ParameterGroup(name: name, rateFactor: factor, decays: decays, members: [parameter.name]))
      }
    }
    return groups
  }
}

/// The number of the layer a parameter belongs to: 0 embeddings and tokens, then the blocks, then everything after.
struct LayerNumbering {
  /// The number of everything after the blocks.
  let last: Int

  /// Counts the blocks that `names` speak of.
  init(names: [String]) {
    last = (names.compactMap(Self.block).max() ?? -1) + 2
  }

  func layer(of name: String) -> Int {
    if let block = Self.block(name) { return block + 1 }
    let embeddings = ["mask_token", "patch_embed", "cls_token", "pos_embed", "cls_positional_encoding"]
    return embeddings.contains { name.contains($0) } ? 0 : last
  }

  private static func block(_ name: String) -> Int? {
    let parts = name.split(separator: ".")
    guard let place = parts.firstIndex(of: "blocks"), place + 1 < parts.count else { return nil }
    return Int(parts[place + 1])
  }
}
