import SluiceNN
import SluicePlatform
import Testing

@Suite struct GroupRuleTests {
  @Test(
    arguments: [
      ("head.weight", ["head.weight"], ["head.weights", "a.head.weight", ""]),
      ("head.*", ["head.weight", "head."], ["heads.weight", "a.head.b"]),
      ("*.bias", ["a.bias", ".bias"], ["bias", "a.bias.b"]),
      ("*norm*", ["norm", "a.norm1.weight"], ["nor", "n.orm"]),
      ("a*b*c", ["abc", "a.b.b.c", "abcbc"], ["ab", "acb", "abcd"]),
      ("*", ["", "x"], []),
    ] as [(String, [String], [String])])
  func patternsFitNames(text: String, fits: [String], others: [String]) throws {
    let pattern = try #require(ParameterPattern(text))
    #expect(pattern.description == text)
    for name in fits { #expect(pattern.matches(name, rank: 2), "\(name)") }
    for name in others { #expect(!pattern.matches(name, rank: 2), "\(name)") }
  }

  @Test func patternsEqualTheirDefinition() {
    // All short patterns against all short names, by trying every place for every star.
    func fits(_ pattern: Substring, _ name: Substring) -> Bool {
      guard let first = pattern.first else { return name.isEmpty }
      if first == "*" {
        return (0...name.count).contains { fits(pattern.dropFirst(), name.dropFirst($0)) }
      }
      return name.first == first && fits(pattern.dropFirst(), name.dropFirst())
    }
    func words(_ letters: [Character], _ length: Int) -> [String] {
      length == 0 ? [""] : words(letters, length - 1).flatMap { word in letters.map { word + String($0) } }
    }
    let names = (0...5).flatMap { words(["a", "b"], $0) }
    for pattern in (1...4).flatMap({ words(["a", "b", "*"], $0) }) {
      let own = ParameterPattern.named(pattern)
      for name in names { #expect(own.matches(name, rank: 2) == fits(pattern[...], name[...]), "\(pattern) \(name)") }
    }
  }

  @Test func patternsAreReadAndWritten() {
    #expect(ParameterPattern("rank 1") == .rank(atMost: 1))
    #expect(ParameterPattern.rank(atMost: 1).description == "rank 1")
    #expect(ParameterPattern.prefix("a.") == "a.*" && ParameterPattern.suffix(".b") == "*.b")
    #expect(ParameterPattern.containing("norm") == "*norm*" && ParameterPattern.all == "*")
    for text in ["", "a b", "rank -1", "rank one", " a"] { #expect(ParameterPattern(text) == nil, "\(text)") }
    let vectors = ParameterPattern.rank(atMost: 1)
    #expect(vectors.matches("x", rank: 0) && vectors.matches("x", rank: 1) && !vectors.matches("x", rank: 2))
  }

  private let names: [(name: String, rank: Int)] = [
    ("backbone.patch.weight", 2), ("backbone.norm.weight", 1), ("head.weight", 2), ("head.bias", 1),
  ]

  @Test func theFirstRuleThatFitsDecidesAlone() {
    let rules = GroupRules([
      GroupRule("*norm*", name: "norms", decay: 0), GroupRule("backbone.*", name: "backbone", rate: 0.1, decay: 2),
    ])
    #expect(
      rules.groups(of: names) == [
        ParameterGroup(name: "norms", rateFactor: 1, decayFactor: 0, members: ["backbone.norm.weight"]),
        ParameterGroup(name: "backbone", rateFactor: 0.1, decayFactor: 2, members: ["backbone.patch.weight"]),
        ParameterGroup(name: "", rateFactor: 1, decayFactor: 1, members: ["head.weight", "head.bias"]),
      ])
  }

  @Test func severalListsMultiply() {
    let rates = GroupRules([GroupRule("backbone.*", name: "backbone", rate: 0.1, decay: 0.5)])
    let decays = GroupRules([GroupRule(.rank(atMost: 1), name: "vectors", rate: 2, decay: 0)])
    #expect(
      rates.multiplied(by: decays).groups(of: names, frozen: ["head.bias"]) == [
        ParameterGroup(name: "backbone", rateFactor: 0.1, decayFactor: 0.5, members: ["backbone.patch.weight"]),
        ParameterGroup(name: "backbone_vectors", rateFactor: 0.2, decayFactor: 0, members: ["backbone.norm.weight"]),
        ParameterGroup(name: "", rateFactor: 1, decayFactor: 1, members: ["head.weight"]),
      ])
  }

  @Test func plainGroupsStandInFixedOrderAlsoWhenEmpty() {
    let groups = GroupRules.plain.groups(of: [("a.weight", 2)])
    #expect(groups.map(\.decayFactor) == [0, 1])
    #expect(groups.map(\.members) == [[], ["a.weight"]])
  }

  @Test func aPretrainedModelLearnsSlowerThanItsHead() {
    // All that decays does, vectors too.
    let rules = GroupRules([GroupRule("model.*", name: "clip", rate: 0.1), GroupRule(.all, name: "head")])
    let groups = rules.groups(of: [("model.logit_scale", 0), ("model.visual.proj", 2), ("head.ln.weight", 1)])
    #expect(groups.map(\.name) == ["clip", "head", ""])
    #expect(groups.map(\.members) == [["model.logit_scale", "model.visual.proj"], ["head.ln.weight"], []])
    #expect(groups.map(\.rateFactor) == [0.1, 1, 1] && groups.allSatisfy { $0.decayFactor == 1 })
  }

  @Test func layersAreFoundInEveryKindOfNetwork() {
    func layers(_ names: String...) -> [Int] {
      let rules = LayerDecay(0.5).rules(for: names)
      return names.map { name in
        Int(rules.first { $0.applies(to: name, rank: 2) }!.name.dropFirst("layer_".count))!
      }
    }
    #expect(layers("patch_embed.proj.weight", "blocks.0.a", "blocks.1.a", "fc_norm.weight") == [0, 1, 2, 3])
    // Feed-forward parts have lists of their own inside a block.
    #expect(
      layers(
        "model.cls_token", "model.time_embed", "model.transformer_layers.layers.0.ffns.0.layers.0.0.weight",
        "model.transformer_layers.layers.1.ffns.0.layers.1.weight", "cls_head.weight") == [0, 0, 1, 2, 3])
    // One stack behind the other.
    #expect(
      layers(
        "model.transformer_layers.0.layers.0.a", "model.transformer_layers.0.layers.1.a",
        "model.transformer_layers.1.layers.0.a", "model.norm.weight") == [1, 2, 3, 4])
    // Towers side by side.
    #expect(
      layers(
        "video.blocks.0.a", "video.blocks.1.a", "video.fc_norm.a", "text.text_embeddings.a", "text.blocks.0.a",
        "text.blocks.1.a") == [1, 2, 3, 0, 1, 2])
    // Blocks of ten and more, and a block that speaks of an embedding.
    #expect(layers("blocks.9.a", "blocks.10.a", "blocks.1.pos_embed", "pos_embed", "head.a") == [1, 2, 3, 0, 4])
    #expect(layers("a.weight", "patch_embed.b") == [1, 0])
  }

  @Test func aLayersRateIsAPowerOfTheFactor() {
    let names: [(name: String, rank: Int)] = [
      ("patch_embed.w", 2), ("blocks.0.w", 2), ("blocks.0.b", 1), ("blocks.1.w", 2), ("head.w", 2),
    ]
    let groups = GroupRules.layerDecay(0.5).groups(of: names)
    #expect(
      groups.map(\.name) == ["layer_0_decay", "layer_1_decay", "layer_1_no_decay", "layer_2_decay", "layer_3_decay"])
    #expect(groups.map(\.rateFactor) == [0.125, 0.25, 0.25, 0.5, 1])
    #expect(groups.map(\.decayFactor) == [1, 1, 0, 1, 1])
    #expect(GroupRules.layerDecay(0.5).layerDecay == 0.5 && GroupRules.plain.layerDecay == nil)
    #expect(GroupRules.layerDecay(1).groups(of: names).map(\.name) == ["decay", "no_decay"])
  }

  @Test func theLongestPartOfANameDecides() {
    let rules = GroupRules.longestPart(["norm": (1, 0), "backbone": (0.1, 1), "bb": (3, 3), "ab": (2, 2)])
    let groups = rules.groups(of: [("backbone.norm", 1), ("norm", 1), ("abb", 1), ("x", 1)])
    #expect(groups.map(\.name) == ["backbone", "norm", "ab", ""])
    #expect(groups.map(\.rateFactor) == [0.1, 1, 2, 1])
  }
}
