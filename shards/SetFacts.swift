/// What all shards of a set have in common; each holds it twice, in its header and its footer.
struct SetFacts: Hashable, Codable {
  /// How frames become bytes.
  var settings: ShardSettings
  /// The names of the classes in the order of their numbers; `nil` for a number that has none.
  var classes: [String?] = []

  private enum CodingKeys: CodingKey { case classes }

  init(settings: ShardSettings, classes: [String?] = []) {
    self.settings = settings
    self.classes = classes
  }

  /// One object holds the settings and, in sets that have some, the names.
  init(from decoder: any Decoder) throws {
    settings = try ShardSettings(from: decoder)
    classes = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent([String?].self, forKey: .classes) ?? []
  }

  func encode(to encoder: any Encoder) throws {
    try settings.encode(to: encoder)
    guard !classes.isEmpty else { return }
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(classes, forKey: .classes)
  }
}
