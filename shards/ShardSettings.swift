/// How frames become a shard set; equal for all its shards.
public struct ShardSettings: Sendable, Hashable, Codable {
  /// Whether frames come back exactly.
  public enum Fidelity: String, Sendable, Codable, CaseIterable {
    /// Bit for bit.
    case lossless
    /// Every sample to the nearest multiple of 3: off by at most 1, 49.9 dB in YUV, about 44 dB in RGB.
    ///
    /// Two thirds of the size. Flat areas get contours one level high, which gradient targets such as HOG can see.
    case nearLossless = "near-lossless"

    /// Distance of neighboring levels.
    var step: Int {
      switch self {
      case .lossless: 1
      case .nearLossless: 3
      }
    }
  }

  /// What of a sample is foretold by its neighbors before it is coded.
  public enum Filter: String, Sendable, Codable, CaseIterable {
    /// Left + above − above left: the smallest and the fastest to read, whatever the frames.
    case gradient
    /// The sample to the left.
    case left
    /// The sample above.
    case up
    /// Nothing: after a short header, a decompressed chunk is the frame's planes as they are. Much larger.
    case none

    /// As kernels and chunks say it: bit 0 for "not left", bit 1 for "not above".
    var leftOut: UInt8 {
      switch self {
      case .gradient: 0
      case .up: 1
      case .left: 2
      case .none: 3
      }
    }
  }

  public var fidelity: Fidelity
  public var filter: Filter
  /// How hard the writer tries.
  ///
  /// 1: Huffman coding without a search for repetition, except in frames that are mostly flat; the fastest to write and
  /// to read. 2…19: zstd's search at that level, some per cent smaller and much slower.
  public var level: Int
  /// Pixels of the shorter side after scaling down; `nil` leaves frames as they are.
  ///
  /// Smaller frames are never enlarged.
  public var shortSide: Int?
  /// Frames per second that are kept, each the one shown at that moment; `nil` keeps all.
  public var frameRate: Double?
  /// The most frames of a clip, evenly spaced from its first to its last; `nil` keeps all.
  public var frameLimit: Int?
  /// A shard is closed by the clip with which it reaches this many bytes.
  public var shardSize: Int

  public init(
    fidelity: Fidelity = .lossless, filter: Filter = .gradient, level: Int = 1, shortSide: Int? = nil,
    frameRate: Double? = nil, frameLimit: Int? = nil, shardSize: Int = 1 << 30
  ) {
    self.fidelity = fidelity
    self.filter = filter
    self.level = level
    self.shortSide = shortSide
    self.frameRate = frameRate
    self.frameLimit = frameLimit
    self.shardSize = shardSize
  }

  /// Checks that every value is in its range.
  /// - Throws: ``ShardError`` that names the setting.
  public func validate() throws(ShardError) {
    guard (1...19).contains(level) else {
      throw ShardError(
        .invalid, "level \(level): 1 to 19 are there. 1 is the fastest, each higher one slower to write.")
    }
    if let shortSide, !(16...8192).contains(shortSide) {
      throw ShardError(.invalid, "short side \(shortSide): 16 to 8192 pixels are possible.")
    }
    if let frameRate, !(frameRate > 0 && frameRate <= 1000) {
      throw ShardError(.invalid, "frame rate \(frameRate): above 0 and at most 1000 frames per second are possible.")
    }
    if let frameLimit, frameLimit < 1 {
      throw ShardError(.invalid, "frames \(frameLimit): a clip keeps at least one.")
    }
    guard shardSize >= 1 << 16 else {
      throw ShardError(.invalid, "shard size \(shardSize): at least 65536 bytes are needed.")
    }
  }

  /// How stored frames differ from those of the videos, in words; `nil` if they are the same.
  public var frameChange: String? {
    let changes = [
      fidelity == .lossless ? nil : fidelity.rawValue, shortSide.map { "short side \($0)" },
      frameRate.map { "\($0) frames a second" }, frameLimit.map { "at most \($0) frames of a clip" },
    ].compactMap { $0 }
    return changes.isEmpty ? nil : changes.joined(separator: ", ")
  }

  /// What differs from `other`, as words; empty if nothing does.
  func differences(from other: ShardSettings) -> [String] {
    func say<Value: Equatable>(_ name: String, _ mine: Value, _ theirs: Value) -> String? {
      mine == theirs ? nil : "\(name) \(mine) instead of \(theirs)"
    }
    return [
      say("fidelity", fidelity.rawValue, other.fidelity.rawValue),
      say("filter", filter.rawValue, other.filter.rawValue),
      say("level", level, other.level),
      say("short side", shortSide.map(String.init) ?? "as decoded", other.shortSide.map(String.init) ?? "as decoded"),
      say("frame rate", frameRate.map { "\($0)" } ?? "all", other.frameRate.map { "\($0)" } ?? "all"),
      say("frames", frameLimit.map(String.init) ?? "all", other.frameLimit.map(String.init) ?? "all"),
      say("shard size", shardSize, other.shardSize),
    ].compactMap { $0 }
  }
}

extension ShardSettings {
  /// Sets that do not name their filter have the gradient.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      fidelity: try values.decode(Fidelity.self, forKey: .fidelity),
      filter: try values.decodeIfPresent(Filter.self, forKey: .filter) ?? .gradient,
      level: try values.decode(Int.self, forKey: .level),
      shortSide: try values.decodeIfPresent(Int.self, forKey: .shortSide),
      frameRate: try values.decodeIfPresent(Double.self, forKey: .frameRate),
      frameLimit: try values.decodeIfPresent(Int.self, forKey: .frameLimit),
      shardSize: try values.decode(Int.self, forKey: .shardSize))
  }
}
