import SluiceCheckpoints
import SluiceModels
import SluiceNN
import SluiceTensor
import TestSupport
import Testing

@Suite struct GroupGoldenTests {
  @Test func spaceTimeGroupsMatchTheReference() throws {
    try Golden.each("timesformer-vivit.groups_timesformer", "timesformer-vivit.groups_vivit") { file, check in
      let names = try #require(file.config["names"].strings)
      let store = try spaceTimeStore(names, isViViT: file.kind == "timesformer-vivit.groups_vivit")
      #expect(store.declarations.map(\.name) == names)
      let groups = groups(of: store, .plain)
      try check("output.group", names.map { groups.number(of: $0) })
      let decays = try #require(file.config["weight_decay"].doubles)
      #expect(groups.map(\.decayFactor) == decays.map { $0 > 0 ? 1 : 0 })
    }
  }

  /// A network whose position tables are not trained has none among its names.
  @Test func networksWithFixedPositionsHaveGroupsToo() throws {
    let tables: Set = ["model.pos_embed", "model.time_embed"]
    for file in try Golden.files(ofKinds: ["timesformer-vivit.groups_timesformer", "timesformer-vivit.groups_vivit"]) {
      let names = try #require(file.config["names"].strings).filter { !tables.contains($0) }
      let store = try spaceTimeStore(names, isViViT: file.kind == "timesformer-vivit.groups_vivit")
      #expect(store.declarations.map(\.name) == names)
      #expect(Set(groups(of: store, .plain).flatMap(\.members)) == Set(names))
    }
  }

  /// The parameters of the network that has these names.
  private func spaceTimeStore(_ names: [String], isViViT: Bool) throws -> ParameterStore {
    let isTwoStacked = names.contains { $0.hasPrefix("model.transformer_layers.0.") }
    let isDivided = names.contains { $0.contains(".temporal_fc.") }
    let (hasPlaces, hasTimes) = (names.contains("model.pos_embed"), names.contains("model.time_embed"))
    var configuration = SpaceTimeConfiguration(
      frameCount: 8,
      attention: isTwoStacked ? .factorized : isDivided ? .divided : hasPlaces && !hasTimes ? .spaceOnly : .joint)
    configuration.hasLearnedPositions = hasPlaces
    configuration.depth = count(names, after: "model.transformer_layers.\(isTwoStacked ? "0." : "")layers.")
    if isTwoStacked { configuration.temporalDepth = count(names, after: "model.transformer_layers.1.layers.") }
    return isViViT
      ? try Classifier(ViViT(configuration), classCount: 2).parameters
      : try Classifier(TimeSformer(configuration), classCount: 2).parameters
  }

  @Test func mvitGroupsMatchTheReference() throws {
    try Golden.each("maskfeat.groups_mvit") { file, check in
      let names = try #require(file.config["names"].strings)
      let isPretraining = file.config["pretrain"].bool == true
      var configuration = MViTConfiguration()
      configuration.depth = count(names, after: "model.mvit.blocks.")
      let pooled = names.filter { $0.hasSuffix(".attn.pool_q.weight") }.map { number($0) }
      configuration.queryStrides = Dictionary(uniqueKeysWithValues: pooled.map { ($0, [1, 2, 2]) })
      let widened = names.filter { $0.hasSuffix(".proj.weight") && !$0.contains(".attn.") }.map { number($0) + 1 }
      configuration.dimensionFactors = Dictionary(uniqueKeysWithValues: widened.map { ($0, 2) })
      let backbone = try MViT(configuration, predictionWidth: 216)
      if !isPretraining {
        _ = try Classifier(backbone, classCount: 2)
        backbone.parameters.freeze { $0.hasPrefix("model.decoder_pred.") }
      }
      #expect(backbone.parameters.declarations.map(\.name) == names)
      let rule: GroupRules = isPretraining ? .plain : .layerDecay(try #require(file.config["layer_decay"].double))
      let groups = groups(of: backbone.parameters, rule)
      let decay = try #require(file.config["weight_decay"].double)
      let numbers = names.map { groups.number(of: $0) }
      try check("output.group", numbers)
      try check("output.lr_scale", numbers.map { $0 < 0 ? 0 : groups[$0].rateFactor })
      try check("output.weight_decay", numbers.map { $0 < 0 ? 0 : groups[$0].decayFactor * decay })
      #expect(groups.map(\.name) == file.config["group_names"].strings)
      // The file names the first members of each group.
      for (group, first) in zip(groups, file.config["order"].array ?? []) {
        let first = try #require(first.strings)
        #expect(Array(group.members.prefix(first.count)) == first)
      }
    }
  }

  private func groups(of store: ParameterStore, _ rule: GroupRules) -> [ParameterGroup] {
    rule.groups(of: store.declarations.map { ($0.name, $0.shape.rank) }, frozen: store.frozen)
  }

  /// One more than the largest number that follows `prefix`.
  private func count(_ names: [String], after prefix: String) -> Int {
    (names.filter { $0.hasPrefix(prefix) }.compactMap { Int($0.dropFirst(prefix.count).prefix { $0 != "." }) }.max()
      ?? -1) + 1
  }

  /// The first number of a name.
  private func number(_ name: String) -> Int {
    name.split(separator: ".").lazy.compactMap { Int($0) }.first ?? -1
  }
}

extension [ParameterGroup] {
  fileprivate func number(of name: String) -> Int { firstIndex { $0.members.contains(name) } ?? -1 }
}
