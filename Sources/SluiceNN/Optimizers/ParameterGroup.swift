/// Parameters that share a learning rate and a weight decay.
public struct ParameterGroup: Sendable, Equatable {
  /// What reports call the group; empty where its rules have no names.
  public var name: String
  /// The group's learning rate over the schedule's.
  public var rateFactor: Double
  /// The group's weight decay over the run's; 0 for none.
  public var decayFactor: Double
  /// The members' checkpoint names in the model's order.
  public var members: [String]

  /// A group with its factors and members.
  public init(name: String, rateFactor: Double, decayFactor: Double, members: [String]) {
    self.name = name
    self.rateFactor = rateFactor
    self.decayFactor = decayFactor
    self.members = members
  }
}

extension GroupRules {
  /// Divides `parameters`; names of `frozen` belong to no group.
  public func groups(
    of parameters: [(name: String, rank: Int)], frozen: Set<String> = []
  ) -> [ParameterGroup] {
    let lists = lists.map { list in
      let rules =
        switch list {
        case .rules(let rules): rules
        case .layers(let decay): decay.rules(for: parameters.map(\.name))
        }
      // What no rule is for.
      return rules + [GroupRule([], name: "")]
    }
    var groups: [ParameterGroup] = []
    var numbers: [[Int]: Int] = [:]
    func number(of key: [Int]) -> Int {
      if let number = numbers[key] { return number }
      let rules = zip(lists, key).map { $0[$1] }
      numbers[key] = groups.count
      groups.append(
        ParameterGroup(
          name: rules.map(\.name).filter { !$0.isEmpty }.joined(separator: "_"),
          rateFactor: rules.reduce(1) { $0 * $1.rateFactor }, decayFactor: rules.reduce(1) { $0 * $1.decayFactor },
          members: []))
      return groups.count - 1
    }
    if order == .rules {
      let keys = lists.reduce([[]]) { keys, rules in keys.flatMap { key in rules.indices.map { key + [$0] } } }
      for key in keys { _ = number(of: key) }
    }
    for parameter in parameters where !frozen.contains(parameter.name) {
      let key = lists.map { rules in
        rules.firstIndex { $0.applies(to: parameter.name, rank: parameter.rank) } ?? rules.count - 1
      }
      groups[number(of: key)].members.append(parameter.name)
    }
    return groups
  }
}
