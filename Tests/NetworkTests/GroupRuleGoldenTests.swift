import Foundation
import SluiceCheckpoints
import SluiceNN
import TestSupport
import Testing

/// Rules that give each parameter its factors, against the published models' lists.
@Suite struct GroupRuleGoldenTests {
  @Test func towersOfVideoAndTextMatchTheReference() throws {
    try Golden.each("simvtp.groups") { file, check in
      let names = try #require(file.config["names"].strings)
      let list = try #require(file.config["model"].string)
      let json = try JSONValue(json: String(contentsOf: file.sibling("parameter_names.json"), encoding: .utf8))
      let ranks = try (json[list]["params"].array ?? []).map { try #require($0["shape"].ints).count }
      let decay = try #require(file.config["layer_decay"].double)
      // As published, the towers' names hide all layers.
      let rules: GroupRules =
        file.config["layer_decay_strips_tower"].bool == true ? .layerDecay(decay) : .layerDecay(1)
      let groups = rules.groups(of: zip(names, ranks).map { ($0, $1) })
      let own = try names.map { name in try #require(groups.first { $0.members.contains(name) }) }
      try check("output.decays", own.map { $0.decayFactor == 0 ? 0 : 1 })
      try check("output.lr_scale", own.map(\.rateFactor))
    }
  }

  @Test(arguments: ["pre", "k400", "ssv2"]) func partsOfNamesMatchTheReference(_ recipe: String) throws {
    guard let lists = try goldenJSON("bevt/optimizer_groups.json") else { return }
    let rows = try #require(lists[recipe]["params"].array)
    let names = try rows.map { try #require($0[0].string) }
    let rules = GroupRules.longestPart(try #require(keys[recipe]))
    let groups = rules.groups(of: names.map { ($0, 2) })
    for (name, row) in zip(names, rows) {
      let group = try #require(groups.first { $0.members.contains(name) })
      #expect(abs(group.rateFactor - (try #require(row[1].double))) < 1e-12, "\(name)")
      #expect(group.decayFactor == row[2].double, "\(name)")
      #expect(group.name == row[3].string ?? "", "\(name)")
    }
    #expect(names.count == (recipe == "pre" ? 344 : 329))
  }

  private let spared: [String: (rate: Double, decay: Double)] = [
    "absolute_pos_embed": (1, 0), "relative_position_bias_table": (1, 0), "norm": (1, 0),
  ]

  /// The keys of the three published recipes.
  private var keys: [String: [String: (rate: Double, decay: Double)]] {
    var tuned = spared
    tuned["backbone.norm"] = (0.9, 0)
    // From the head down: the blocks of a stage, then what joins it to the one below.
    var parts: [String] = []
    for (stage, depth) in [2, 2, 18, 2].enumerated().reversed() {
      parts += (0..<depth).reversed().map { "backbone.layers.\(stage).blocks.\($0)" }
      if stage > 0 { parts.append("backbone.layers.\(stage - 1).downsample") }
    }
    for (index, part) in (parts + ["backbone.patch_embed"]).enumerated() {
      tuned[part] = ((0...index).reduce(1.0) { product, _ in product * 0.9 }, 1)
    }
    return ["pre": spared, "k400": tuned, "ssv2": spared.merging(["backbone": (0.1, 1)]) { $1 }]
  }

  @Test func stagesOfBlocksDecayAsTheReferencesKeysSay() throws {
    guard let lists = try goldenJSON("bevt/optimizer_groups.json") else { return }
    let rows = try #require(lists["k400"]["params"].array)
    let names = try rows.map { try #require($0[0].string) }
    let layers = LayerDecay(0.9).rules(for: names)
    let factors = Dictionary(
      uniqueKeysWithValues: names.map { name in (name, layers.first { $0.applies(to: name, rank: 2) }!.rateFactor) })
    var compared = 0
    // Where a key of a layer decided, the layers that are found by themselves agree with it.
    for (name, row) in zip(names, rows) where row[3].string?.hasPrefix("backbone.") == true {
      guard row[3].string != "backbone.norm" else { continue }
      #expect(abs(factors[name]! - (try #require(row[1].double))) < 1e-12, "\(name)")
      compared += 1
    }
    #expect(compared > 250)
  }
}

/// A list beside the golden files; `nil` on machines without them.
func goldenJSON(_ path: String) throws -> JSONValue? {
  guard let folder = Golden.folder else { return nil }
  return try JSONValue(json: String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8))
}
