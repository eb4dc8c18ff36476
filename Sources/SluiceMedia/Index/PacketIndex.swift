/// What the index knows of one packet of the stream.
struct PacketEntry: Sendable {
  struct Traits: OptionSet, Sendable {
    let rawValue: UInt8
    /// Decoding may begin here: what follows in display order is exact.
    static let start = Traits(rawValue: 1)
    /// Decoded for others only: the container's edit list hides its picture.
    static let discarded = Traits(rawValue: 2)
    /// No other picture refers to this one.
    static let unreferenced = Traits(rawValue: 4)
    /// Carries no picture of its own.
    static let hidden = Traits(rawValue: 8)
  }

  /// Presentation and decoding time in the stream's unit, `FFmpeg.noTime` where unknown.
  var time: Int64
  var decodingTime: Int64
  /// Place in the file, bytes; -1 where unknown.
  var position: Int64
  var size: Int32
  var traits: Traits
}

/// All packets of a stream in decoding order, and their pictures in display order.
struct PacketIndex: Sendable {
  private(set) var packets: [PacketEntry]
  /// Packet of each picture, in display order.
  private(set) var display: [Int32]
  /// How packets follow each other in display order, hidden ones included; only comparisons have a meaning.
  private(set) var order: [Int64]
  /// Packets with which decoding may begin, ascending.
  private(set) var starts: [Int32]
  /// Whether each packet's picture is complete as soon as the packet has been decoded.
  private(set) var isOnePicturePerPacket: Bool
  /// A packet has several pictures: they can be distinguished only by counting what the decoder puts out.
  private(set) var isCounted = false

  /// Orders pictures by their time stamps.
  ///
  /// - Parameter isOnePicturePerPacket: whether no picture needs the packet behind its own.
  init(timeOrdered packets: [PacketEntry], isOnePicturePerPacket: Bool = true) {
    self.packets = packets
    order = packets.map(\.time)
    var shown = packets.indices.filter { packets[$0].isShown }.map { Int32($0) }
    // Files without reordered pictures are sorted already.
    if zip(shown, shown.dropFirst()).contains(where: { packets[Int($0)].time > packets[Int($1)].time }) {
      shown.sort { (packets[Int($0)].time, $0) < (packets[Int($1)].time, $1) }
    }
    display = shown
    starts = packets.indices.filter { packets[$0].traits.contains(.start) }.map { Int32($0) }
    self.isOnePicturePerPacket = isOnePicturePerPacket
  }

  /// Orders pictures as a decoder put them out: the packet of each.
  init(decoded: [Int], packets: [PacketEntry]) {
    // Which packet a picture belongs to says nothing of what the packet holds: all are decoded.
    var packets = packets
    for number in packets.indices { packets[number].traits.remove(.unreferenced) }
    self.init(shown: decoded, starts: packets.indices.filter { packets[$0].traits.contains(.start) }, packets: packets)
    isOnePicturePerPacket = false
    isCounted = Set(decoded).count < decoded.count
  }

  /// Orders the pictures of an MPEG-4 stream by their kinds.
  init(mpeg4 order: (shown: [Int], starts: [Int]), packets: [PacketEntry]) {
    var packets = packets
    // In a packed stream a packet's picture is another one than the packet holds.
    let isPacked = order.shown.contains { packets[$0].traits.contains(.hidden) }
    for number in order.shown where isPacked { packets[number].traits.remove([.hidden, .unreferenced]) }
    self.init(shown: order.shown, starts: order.starts, packets: packets)
  }

  private init(shown: [Int], starts: [Int], packets: [PacketEntry]) {
    self.packets = packets
    display = shown.map { Int32($0) }
    order = [Int64](repeating: -1, count: packets.count)
    for (index, packet) in shown.enumerated() { order[packet] = Int64(index) }
    var latest: Int64 = -1
    for packet in packets.indices {
      if order[packet] < 0 { order[packet] = latest } else { latest = max(latest, order[packet]) }
    }
    self.starts = starts.map { Int32($0) }
    isOnePicturePerPacket = true
  }

  /// Why time stamps do not say the display order, or `nil` if they do.
  var doubt: String? {
    var latest = Int64.min
    var hasShown = false
    for packet in packets where !packet.traits.contains(.hidden) {
      if packet.time == FFmpeg.noTime { return "a packet has no time stamp" }
      if packet.traits.contains(.start), packet.time <= latest { return "time stamps go back at a key frame" }
      if packet.isShown { (latest, hasShown) = (max(latest, packet.time), true) }
    }
    guard hasShown else { return "no packet has a picture" }
    for (first, second) in zip(display, display.dropFirst())
    where packets[Int(first)].time == packets[Int(second)].time {
      return "two packets have one time stamp"
    }
    return nil
  }

  /// Whether the first pictures may be missing from the decoder's output: it begins in the middle of something.
  var beginsAbruptly: Bool {
    guard let first = starts.first else { return true }
    return packets.indices.contains { number in
      packets[number].isShown && (number < first || order[number] < order[Int(first)])
    }
  }

  /// How many pictures precede another in decoding order and follow it in display order, at most.
  var reorderDepth: Int {
    var latest: [Int64] = []
    var depth = 0
    for packet in packets where !packet.traits.contains(.hidden) {
      // The pictures decoded before this one and shown after it; the window is as long as any codec allows.
      depth = max(depth, latest.count { $0 > packet.time })
      latest.append(packet.time)
      if latest.count > 32 { latest.removeFirst() }
    }
    return min(depth, 16)
  }

  /// The packet with which decoding has to begin so that the picture of `packet` is exact.
  func start(for packet: Int) -> Int {
    var low = 0
    var high = starts.count
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] <= packet { low = middle + 1 } else { high = middle }
    }
    // Pictures shown before the key frame that they follow refer to the group before it.
    while low > 0, order[Int(starts[low - 1])] > order[packet] { low -= 1 }
    return low > 0 ? Int(starts[low - 1]) : 0
  }
}

extension PacketEntry {
  /// Whether a picture of the display order comes from this packet.
  var isShown: Bool { traits.isDisjoint(with: [.discarded, .hidden]) }
}
