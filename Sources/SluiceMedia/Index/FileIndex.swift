/// Finds out how the frames of a file follow each other: from what its packets say, where that proves it, else from a
/// decoder.
///
/// A container's time stamps count where the codec's own order agrees with them: files that lost their presentation times
/// have decoding times in the place of these. Codecs that do not reorder frames, or say by the kinds of frames how, need no
/// time stamps. All else is decoded as the `ffmpeg` program would, once, when the file is opened.
struct FileIndex {
  let reader: PacketReader
  let index: PacketIndex
  /// How many frames a decoder has to wait for before it shows one; `nil` leaves what the stream's headers say.
  let reorderDepth: Int?
  /// The first frame of another form than those before it, and both forms.
  let change: (frame: Int, from: FrameShape, to: FrameShape)?

  init(path: String, stream: Int?, limits: MediaLimits, deadline: Deadline) throws(MediaError) {
    let reader = try PacketReader(path: path, stream: stream, way: .trusting, limits: limits, deadline: deadline)
    let size = reader.stream.size
    guard size.width.multipliedReportingOverflow(by: size.height).partialValue <= limits.pixels else {
      throw MediaError(
        .limitExceeded, path: path,
        "its frames are \(size.width)×\(size.height), more than the \(limits.pixels) pixels of MediaLimits.pixels")
    }
    if let proved = FileIndex.proved(reader) {
      let isSound: Bool
      if reader.isFramedByContainer || !proved.wantsTrial {
        isSound = true
      } else {
        let decoder = try Decoder(stream: reader.stream, reorderDepth: proved.depth, limits: limits, path: path)
        isSound = try FileIndex.begins(proved.index, reader, decoder)
      }
      if isSound {
        self.init(reader: reader, index: proved.index, reorderDepth: proved.depth, change: nil)
        return
      }
    }
    let plain =
      reader.isFramedByContainer
      ? try PacketReader(path: path, stream: stream, way: .plain, limits: limits, deadline: deadline) : reader
    let decoder = try Decoder(stream: plain.stream, reorderDepth: nil, limits: limits, path: path)
    let decoded = try DecodedOrder(ofFirst: plain.packets.count, plain, decoder, comparesFrames: true)
    // A packet that the file ends within, and that the decoder refuses, has no frame.
    let lacksLast = plain.endsWithinPacket && decoded.refused.contains(plain.packets.count - 1)
    let index =
      (lacksLast ? nil : PacketIndex(decoded: decoded, withDamagedAmong: plain.packets))
      ?? PacketIndex(decoded: decoded, packets: plain.packets)
    self.init(reader: plain, index: index, reorderDepth: nil, change: decoded.change)
  }

  private init(
    reader: PacketReader, index: PacketIndex, reorderDepth: Int?,
    change: (frame: Int, from: FrameShape, to: FrameShape)?
  ) {
    self.reader = reader
    self.index = index
    self.reorderDepth = reorderDepth
    self.change = change
  }

  /// The order that the packets prove, if they do.
  private static func proved(_ reader: PacketReader) -> (index: PacketIndex, depth: Int?, wantsTrial: Bool)? {
    guard let order = reader.codecOrder, !reader.endsWithinPacket else { return nil }
    let timed = PacketIndex(timeOrdered: reader.packets, isOneFramePerPacket: !reader.hasSplitFrames)
    let agrees = timed.doubt == nil && timed.display == order
    let index = agrees ? timed : PacketIndex(shown: order, packets: reader.packets)
    guard agrees || reader.syntax.order != .counts, !index.display.isEmpty, !index.beginsAbruptly else { return nil }
    return (index, reader.stream.isH264 ? timed.reorderDepth : nil, reader.syntax.order != .kinds || agrees)
  }

  /// Whether the first frames come out of a decoder as the index says.
  private static func begins(
    _ index: PacketIndex, _ reader: PacketReader, _ decoder: Decoder
  ) throws(MediaError) -> Bool {
    let count = min(reader.packets.count, 48)
    let decoded = try DecodedOrder(ofFirst: count, reader, decoder, comparesFrames: false).packets
    // The last ones may lack what follows them.
    let sure = max(0, min(count - 16, decoded.count)) + (count == reader.packets.count ? 16 : 0)
    return index.display.prefix(sure).elementsEqual(decoded.prefix(sure).map { Int32($0) })
      && (count < reader.packets.count || decoded.count == index.display.count)
  }
}
