/// When a run writes checkpoints besides the one after its last step, and those of validated epochs.
///
/// As text: `500` steps, `10m`, `90s`, `2h`.
public enum CheckpointInterval: Sendable, Equatable, LosslessStringConvertible {
  /// After so many steps.
  case steps(Int)
  /// After the step in which so many seconds have passed since the last one.
  case seconds(Int)

  /// Ten minutes: what a machine that is taken away costs at most.
  public static let standard: CheckpointInterval = .seconds(600)

  /// Reads `500`, `10m`, `90s` or `2h`; `nil` for anything else, and for nothing or less.
  public init?(_ description: String) {
    let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600]
    if let count = Int(description), (1...1_000_000_000) ~= count {
      self = .steps(count)
    } else if let unit = description.last.flatMap({ units[$0] }), let count = Int(description.dropLast()), count > 0,
      count <= 1_000_000
    {
      self = .seconds(count * unit)
    } else {
      return nil
    }
  }

  public var description: String {
    switch self {
    case .steps(let count): "\(count)"
    case .seconds(let count):
      count % 3600 == 0 ? "\(count / 3600)h" : count % 60 == 0 ? "\(count / 60)m" : "\(count)s"
    }
  }
}

extension CheckpointInterval: Codable {
  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    // Runs from before version 0.1 have a number of steps.
    if let steps = try? value.decode(Int.self) {
      self = .steps(steps)
      return
    }
    let text = try value.decode(String.self)
    guard let interval = CheckpointInterval(text) else {
      throw DecodingError.dataCorruptedError(in: value, debugDescription: "“\(text)” is no number of steps and no time")
    }
    self = interval
  }

  public func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    try value.encode(description)
  }
}
