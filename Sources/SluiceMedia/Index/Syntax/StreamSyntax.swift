/// Reads from compressed packets what the index has to know; nothing is decoded.
protocol StreamSyntax {
  /// The headers in force.
  var history: HeaderHistory { get }
  /// How far the order of display follows from what has been read.
  var order: CodecOrder { get }
  /// Why the order of display does not follow from what has been read; `nil` if it does.
  var doubt: String? { get }

  /// Reads headers that the container keeps outside the packets.
  /// - Parameter packet: the packet they come with, ``HeaderHistory/outside`` if with none.
  mutating func readHeaders(_ bytes: Span<UInt8>, in packet: Int)

  /// Reads a packet.
  ///
  /// - Parameters:
  ///   - number: its number in decoding order.
  ///   - isKey: whether the container calls it a key frame.
  mutating func read(_ bytes: Span<UInt8>, number: Int, isKey: Bool) -> PacketFacts

  /// What became known about a packet only after all had been read.
  func settled(_ traits: PacketEntry.Traits, of number: Int) -> PacketEntry.Traits
}

/// What a packet says of itself.
struct PacketFacts {
  var traits: PacketEntry.Traits
  /// Frames are shown in ascending order of it.
  var order: Int64
}

/// What the order of display follows from.
enum CodecOrder {
  /// The codec does not reorder frames.
  case decoding
  /// The kinds of frames: one that refers to two others is shown at once, any other when the next such one comes.
  case kinds
  /// Numbers in the frames, of which a decoder may make something else where the stream is not as it should be.
  case counts
  /// Something that only a decoder knows.
  case unknown
}

extension StreamSyntax {
  func settled(_ traits: PacketEntry.Traits, of number: Int) -> PacketEntry.Traits { traits }
}

extension HeaderHistory {
  /// The traits of a packet at which, as far as its frame goes, decoding may begin.
  func start(_ packet: Int) -> PacketEntry.Traits {
    if isOverfull { return [] }
    return isComplete(in: packet) ? [.start, .complete] : .start
  }
}
