/// What one rule gives to the parameters it is for.
public struct GroupRule: Sendable, Equatable {
  /// A parameter that fits any of these is meant.
  public var patterns: [ParameterPattern]
  /// What reports call the rule's parameters; may be empty.
  public var name: String
  /// The parameters' learning rate over the schedule's.
  public var rateFactor: Double
  /// The parameters' weight decay over the run's; 0 for none.
  public var decayFactor: Double

  /// A rule for the parameters that fit any of `patterns`.
  public init(_ patterns: [ParameterPattern], name: String = "", rate: Double = 1, decay: Double = 1) {
    self.patterns = patterns
    self.name = name
    rateFactor = rate
    decayFactor = decay
  }

  /// A rule for the parameters that fit `pattern`.
  public init(_ pattern: ParameterPattern, name: String = "", rate: Double = 1, decay: Double = 1) {
    self.init([pattern], name: name, rate: rate, decay: decay)
  }

  /// Whether the parameter `name` with `rank` axes is meant.
  public func applies(to name: String, rank: Int) -> Bool { patterns.contains { $0.matches(name, rank: rank) } }
}

/// How a model's parameters are divided among groups of their own learning rate and weight decay.
///
/// ```swift
/// let rules = GroupRules([
///   GroupRule(["*norm*", "*relative_position_bias_table"], decay: 0),
///   GroupRule("backbone.*", rate: 0.1),
/// ])
/// ```
/// Rules come in lists. **Of one list the first rule that fits a parameter decides**, alone; one that fits no rule keeps
/// both factors at 1. **Several lists multiply**: with ``multiplied(by:)`` one may decide about rates, such as those of
/// layers, and another about decay. The parameters for which the same rules decide are a group, named by the names of its
/// rules.
public struct GroupRules: Sendable, Equatable {
  /// Some rules, or what makes them for a model.
  enum List: Equatable {
    case rules([GroupRule])
    case layers(LayerDecay)
  }

  /// Which group is the first.
  enum Order {
    /// As the lists say, with groups nobody belongs to.
    case rules
    /// That of the first parameter.
    case appearance
  }

  var lists: [List]
  var order: Order

  /// One list of rules; groups stand in their order.
  public init(_ rules: [GroupRule]) {
    lists = [.rules(rules)]
    order = .rules
  }

  init(_ lists: [List], order: Order) {
    self.lists = lists
    self.order = order
  }

  /// Two groups in fixed order, without and with weight decay.
  public static let plain = GroupRules([sparing("")])

  /// A group for each layer, with and without weight decay, in order of first appearance; a factor of 1 makes two
  /// groups.
  /// - Source: BEiT, section "layer-wise learning rate decay"; VideoTransformer-pytorch, `optimizer`.
  public static func layerDecay(_ factor: Double) -> GroupRules { layerDecay(LayerDecay(factor)) }

  /// A group for each layer that `decay` makes, with and without weight decay, in order of first appearance.
  public static func layerDecay(_ decay: LayerDecay) -> GroupRules {
    let sparing = List.rules([sparing("no_decay"), GroupRule(.all, name: "decay")])
    return GroupRules(decay.factor == 1 ? [sparing] : [.layers(decay), sparing], order: .appearance)
  }

  /// Rules of parts of names: of the keys that a name contains, the longest decides, of equally long ones the first in
  /// alphabetical order.
  /// - Source: mmcv 1.3, `DefaultOptimizerConstructor` with `custom_keys`.
  public static func longestPart(_ factors: [String: (rate: Double, decay: Double)]) -> GroupRules {
    let keys = factors.sorted { ($1.key.utf8.count, $0.key) < ($0.key.utf8.count, $1.key) }
    let rules = keys.map { key, factors in
      GroupRule(.containing(key), name: key, rate: factors.rate, decay: factors.decay)
    }
    return GroupRules([.rules(rules)], order: .appearance)
  }

  /// Both: the factors are multiplied, and groups stand in order of first appearance.
  public func multiplied(by other: GroupRules) -> GroupRules {
    GroupRules(lists + other.lists, order: .appearance)
  }

  /// The factor of the learning rate from one layer to the one below it; `nil` for one rate throughout.
  public var layerDecay: Double? {
    lists.lazy.compactMap { if case .layers(let decay) = $0 { decay.factor } else { nil } }.first
  }

  /// What weight decay spares: vectors, biases, and learned tokens and tables.
  private static func sparing(_ name: String) -> GroupRule {
    GroupRule([.rank(atMost: 1), "*.bias", "*pos_embed*", "*cls_token*", "*mask_token*"], name: name, decay: 0)
  }
}
