/// The packets of a file's video stream by their number in decoding order.
///
/// The file is read through once, for the index. A small file's packets are kept; a large file is read again from the
/// nearest key frame, and where the container's seeking is not exact, from its beginning.
final class PacketReader {
  /// Closed as soon as all packets are kept.
  private var demuxer: Demuxer?
  let stream: StreamDescription
  /// The number of the stream among those of video.
  let streamNumber: Int
  /// Whether the container itself says where frames begin and when they are shown.
  let isFramedByContainer: Bool
  private let path: String
  private let limits: MediaLimits
  private let deadline: Deadline
  private(set) var packets: [PacketEntry] = []
  /// What the packets say of themselves.
  private(set) var syntax: any StreamSyntax
  /// The packets of frames in the order in which the codec shows them; `nil` if that does not follow from the packets.
  private(set) var codecOrder: [Int32]?
  /// Frames that the container states, if there are more than could be read.
  private(set) var statedCount: Int?
  /// Whether the file ends within its last packet.
  private(set) var endsWithinPacket = false
  /// Headers that the container has for some of the packets.
  private var newHeaders: [Int: [UInt8]] = [:]
  /// Colors that the container has, by the packets from which they hold.
  private var palettes: [(first: Int, colors: [UInt8])] = []
  private var store: PacketStore? = PacketStore()
  /// The packet that the demuxer delivers next, when packets are not kept.
  private var next = 0
  /// The packet that a seek landed on.
  private let landing: Packet
  private var hasLanded = false
  private var numbers: [PacketIdentity: Int] = [:]

  private struct PacketIdentity: Hashable {
    let time: Int64
    let decodingTime: Int64
    let size: Int32
  }

  private let way: Demuxer.Way

  /// - Parameters:
  ///   - stream: the number of the stream among those of video; the container's default one if `nil`.
  ///   - way: how the container is read.
  init(
    path: String, stream number: Int?, way: Demuxer.Way, limits: MediaLimits, deadline: Deadline
  ) throws(MediaError) {
    self.path = path
    self.limits = limits
    self.deadline = deadline
    self.way = way
    let demuxer = try Demuxer(path: path, stream: number, way: way, limits: limits, deadline: deadline)
    self.demuxer = demuxer
    landing = Packet()
    stream = unsafe StreamDescription(demuxer.stream)
    isFramedByContainer = demuxer.isFramedByContainer
    streamNumber = demuxer.streamNumber
    syntax = stream.makeSyntax()
    try readIndex(demuxer)
    if store != nil { self.demuxer = nil }
  }

  /// Whether frames were met whose two fields are in two packets.
  var hasSplitFrames: Bool { (syntax as? H264Syntax)?.hasSplitFrames ?? false }

  /// Bytes of the index and of the packets that are kept.
  var retainedBytes: Int {
    packets.count * MemoryLayout<PacketEntry>.stride + (store?.byteCount ?? 0)
      + newHeaders.values.reduce(0) { $0 + $1.count }
  }

  private func readIndex(_ demuxer: Demuxer) throws(MediaError) {
    let packet = Packet()
    packets.reserveCapacity(max(demuxer.indexedCount, 64) & 0xFFFFF)
    var keys: [Int64] = []
    var changesDecoder = false
    var endsAreMarked = false
    while demuxer.read(into: packet) {
      guard packets.count < limits.frames else {
        throw MediaError(
          .limitExceeded, path: path, "has more than \(limits.frames) frames, the limit of MediaLimits.frames")
      }
      let isKey = packet.isKey
      let number = packets.count
      if let headers = packet.newHeaders {
        syntax.readHeaders(headers.span, in: number)
        newHeaders[number] = headers
      }
      if let colors = packet.palette { palettes.append((number, colors)) }
      if number > 0, packet.changesDecoder { changesDecoder = true }
      let facts = packet.withBytes { syntax.read($0, number: number, isKey: isKey) }
      var traits = facts.traits
      if packet.isDiscarded { traits.insert(.discarded) }
      keys.append(facts.order)
      let isWhole = !stream.isMotionJPEG || packet.withBytes { PacketReader.endsAsJPEG($0) }
      if isWhole { endsAreMarked = true }
      // Some cameras leave out the mark at the end of every frame.
      endsWithinPacket = packet.isCutOff || !isWhole && endsAreMarked
      packets.append(
        PacketEntry(
          time: packet.time, decodingTime: packet.decodingTime, position: packet.position,
          size: Int32(packet.byteCount), traits: traits))
      if let kept = store {
        kept.append(moving: packet)
        if kept.byteCount > limits.retainedBytes { store = nil }
      }
    }
    if deadline.hasPassed { throw Demuxer.timeout(path, limits) }
    for number in packets.indices { packets[number].traits = syntax.settled(packets[number].traits, of: number) }
    // Where decoding times go back, another file was appended, and what is between the two is no frame.
    let times = packets.lazy.map(\.decodingTime).filter { $0 != FFmpeg.noTime }
    let goesBack = zip(times, times.dropFirst()).contains { $0 > $1 }
    if syntax.doubt == nil, !changesDecoder, !goesBack { codecOrder = PacketReader.ordered(packets, by: keys) }
    if demuxer.statesCount, demuxer.indexedCount > demuxer.readCount { statedCount = demuxer.indexedCount }
    next = packets.count
  }

  /// Whether an image has the mark that ends it; zeros may follow.
  private static func endsAsJPEG(_ bytes: Span<UInt8>) -> Bool {
    var end = bytes.count
    while end > 0, bytes[end - 1] == 0 { end -= 1 }
    return end >= 2 && bytes[end - 2] == 0xFF && bytes[end - 1] == 0xD9
  }

  /// The shown packets in ascending order of `keys`; `nil` if two have the same.
  private static func ordered(_ packets: [PacketEntry], by keys: [Int64]) -> [Int32]? {
    var shown = packets.indices.filter { packets[$0].isShown }.map { Int32($0) }
    let isSorted = zip(shown, shown.dropFirst()).allSatisfy { keys[Int($0)] <= keys[Int($1)] }
    if !isSorted { shown.sort { keys[Int($0)] < keys[Int($1)] } }
    return zip(shown, shown.dropFirst()).allSatisfy { keys[Int($0)] < keys[Int($1)] } ? shown : nil
  }

  /// Reads packet `number` into `packet`.
  func load(_ number: Int, into packet: borrowing Packet) throws(MediaError) {
    if deadline.hasPassed { throw Demuxer.timeout(path, limits) }
    if let store {
      packet.clear()
      guard store.load(number, into: packet) else { fatalError("out of memory: av_packet_ref") }
      return
    }
    if number < next || number > next + 64 { try move(to: number) }
    while try step(into: packet) < number {}
    // Behind a jump, a container does not say again what it said before.
    if let headers = newHeaders[number], packet.newHeaders == nil { packet.setNewHeaders(headers) }
  }

  /// Reads packet `number` into `packet` for a decoder that begins with it: with the colors in force, which a container
  /// gives with the packet alone from which they hold.
  func loadFirst(_ number: Int, into packet: borrowing Packet) throws(MediaError) {
    try load(number, into: packet)
    guard packet.palette == nil, let palette = palettes.last(where: { $0.first <= number }) else { return }
    packet.setPalette(palette.colors)
  }

  // Reads the packet at `next` and checks that it is the one of the index.
  private func step(into packet: borrowing Packet) throws(MediaError) -> Int {
    var isRead = hasLanded
    if hasLanded {
      packet.take(from: landing)
      hasLanded = false
    } else {
      isRead = next < packets.count && demuxer?.read(into: packet) == true
    }
    guard isRead, identity(of: packet) == identity(of: packets[next]) else {
      throw deadline.hasPassed
        ? Demuxer.timeout(path, limits)
        : MediaError(.cannotDecode, path: path, "changed while it was read: packet \(next) is another one than before")
    }
    next += 1
    return next - 1
  }

  /// Makes `next` at most `number`, by the container's own seeking if that leads to a packet of the index.
  private func move(to number: Int) throws(MediaError) {
    if numbers.isEmpty {
      for (number, entry) in packets.enumerated() {
        // Packets that cannot be distinguished are no landmarks.
        let known = numbers.updateValue(number, forKey: identity(of: entry))
        if known != nil { numbers[identity(of: entry)] = -1 }
      }
    }
    let entry = packets[number]
    let time = entry.decodingTime == FFmpeg.noTime ? entry.time : min(entry.decodingTime, entry.time)
    if time != FFmpeg.noTime, let demuxer, demuxer.seek(to: time), demuxer.read(into: landing),
      let landed = numbers[identity(of: landing)], landed >= 0, landed <= number
    {
      next = landed
      hasLanded = true
      return
    }
    hasLanded = false
    demuxer = try Demuxer(path: path, stream: streamNumber, way: way, limits: limits, deadline: deadline)
    next = 0
  }

  private func identity(of packet: borrowing Packet) -> PacketIdentity {
    PacketIdentity(time: packet.time, decodingTime: packet.decodingTime, size: Int32(packet.byteCount))
  }

  private func identity(of entry: PacketEntry) -> PacketIdentity {
    PacketIdentity(time: entry.time, decodingTime: entry.decodingTime, size: entry.size)
  }
}
