/// What the index knows of one packet of the stream.
struct PacketEntry: Sendable {
  struct Traits: OptionSet, Sendable {
    let rawValue: UInt8
    /// Decoding may begin here: what follows in display order is exact.
    static let start = Traits(rawValue: 1)
    /// Decoded for others only: the container's edit list hides its frame.
    static let discarded = Traits(rawValue: 2)
    /// No other frame refers to this one.
    static let unreferenced = Traits(rawValue: 4)
    /// Carries no frame of its own.
    static let hidden = Traits(rawValue: 8)
    /// Carries all headers that are in force.
    static let complete = Traits(rawValue: 16)
  }

  /// Presentation and decoding time in the stream's unit, `FFmpeg.noTime` where unknown.
  var time: Int64
  var decodingTime: Int64
  /// Offset in the file, bytes; -1 where unknown.
  var position: Int64
  var size: Int32
  var traits: Traits

  /// Whether a frame of the display order comes from this packet.
  var isShown: Bool { traits.isDisjoint(with: [.discarded, .hidden]) }
}
