/// All packets of a stream in decoding order, and their frames in display order.
struct PacketIndex: Sendable {
  private(set) var packets: [PacketEntry]
  /// Packet of each frame, in display order.
  private(set) var display: [Int32]
  /// How packets follow each other in display order, hidden ones included; only comparisons have a meaning.
  private(set) var order: [Int64]
  /// Packets with which decoding may begin, ascending.
  private(set) var starts: [Int32]
  /// Whether each packet's frame is complete as soon as the packet has been decoded.
  private(set) var isOneFramePerPacket: Bool
  /// A packet has several frames: they can be distinguished only by counting what the decoder puts out.
  private(set) var isCounted = false
  /// What each frame looks like, in display order, if the decoder was asked for it; else empty.
  private(set) var digests: [UInt64] = []

  /// Orders frames by their time stamps.
  ///
  /// - Parameter isOneFramePerPacket: whether no frame needs the packet behind its own.
  init(timeOrdered packets: [PacketEntry], isOneFramePerPacket: Bool = true) {
    self.packets = packets
    order = packets.map(\.time)
    var shown = packets.indices.filter { packets[$0].isShown }.map { Int32($0) }
    // Files without reordered frames are sorted already.
    if zip(shown, shown.dropFirst()).contains(where: { packets[Int($0)].time > packets[Int($1)].time }) {
      shown.sort { (packets[Int($0)].time, $0) < (packets[Int($1)].time, $1) }
    }
    display = shown
    starts = PacketIndex.starts(packets)
    self.isOneFramePerPacket = isOneFramePerPacket
  }

  /// Orders frames as a decoder put them out.
  init(decoded: DecodedOrder, packets: [PacketEntry]) {
    // Which packet a frame belongs to says nothing of what the packet holds: all are decoded.
    var packets = packets
    for number in packets.indices { packets[number].traits.remove(.unreferenced) }
    self.init(shown: decoded.packets.map { Int32($0) }, packets: packets)
    isOneFramePerPacket = false
    isCounted = Set(decoded.packets).count < decoded.packets.count
    digests = decoded.digests
  }

  /// Orders frames as a decoder put them out, and those between that it could not decode by their time stamps.
  ///
  /// - Returns: `nil` if the time stamps give another order, or other packets than those refused are missing.
  init?(decoded: DecodedOrder, withDamagedAmong packets: [PacketEntry]) {
    self.init(timeOrdered: packets, isOneFramePerPacket: false)
    guard doubt == nil, let first = decoded.packets.first, let last = decoded.packets.last,
      let begin = display.firstIndex(of: Int32(first)), let end = display.firstIndex(of: Int32(last)), begin <= end
    else { return nil }
    // What a decoder cannot use before the first frame and behind the last one is not there.
    display = Array(display[begin...end])
    var digests: [UInt64] = []
    var next = 0
    for packet in display {
      if next < decoded.packets.count, decoded.packets[next] == Int(packet) {
        digests.append(decoded.digests[next])
        next += 1
      } else if decoded.refused.contains(Int(packet)) {
        digests.append(0)
      } else {
        return nil
      }
    }
    guard next == decoded.packets.count, next < display.count else { return nil }
    self.digests = digests
    for number in self.packets.indices { self.packets[number].traits.remove(.unreferenced) }
  }

  /// Orders frames as the codec shows them: the packet of each.
  init(shown: [Int32], packets: [PacketEntry]) {
    self.packets = packets
    display = shown
    order = [Int64](repeating: -1, count: packets.count)
    for (index, packet) in shown.enumerated() { order[Int(packet)] = Int64(index) }
    var latest: Int64 = -1
    for packet in packets.indices {
      if order[packet] < 0 { order[packet] = latest } else { latest = max(latest, order[packet]) }
    }
    starts = PacketIndex.starts(packets)
    isOneFramePerPacket = true
  }

  private static func starts(_ packets: [PacketEntry]) -> [Int32] {
    packets.indices.filter { packets[$0].traits.contains(.start) }.map { Int32($0) }
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
    guard hasShown else { return "no packet has a frame" }
    for (first, second) in zip(display, display.dropFirst())
    where packets[Int(first)].time == packets[Int(second)].time {
      return "two packets have one time stamp"
    }
    return nil
  }

  /// Whether the first frames may be missing from the decoder's output: it begins in the middle of something.
  var beginsAbruptly: Bool {
    guard let first = starts.first else { return true }
    return packets.indices.contains { number in
      packets[number].isShown && (number < first || order[number] < order[Int(first)])
    }
  }

  /// How many frames precede another in decoding order and follow it in display order, at most.
  var reorderDepth: Int {
    var latest: [Int64] = []
    var depth = 0
    for packet in packets where !packet.traits.contains(.hidden) {
      // The frames decoded before this one and shown after it; the window is as long as any codec allows.
      depth = max(depth, latest.count { $0 > packet.time })
      latest.append(packet.time)
      if latest.count > 32 { latest.removeFirst() }
    }
    return min(depth, 16)
  }

  /// The packet with which decoding has to begin so that the frame of `packet` is exact.
  func start(for packet: Int) -> Int {
    var low = 0
    var high = starts.count
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] <= packet { low = middle + 1 } else { high = middle }
    }
    // Frames shown before the key frame that they follow refer to the group before it.
    while low > 0, order[Int(starts[low - 1])] > order[packet] { low -= 1 }
    return low > 0 ? Int(starts[low - 1]) : 0
  }

  /// Takes back that decoding may begin at a packet, as it turned out that it may not.
  mutating func withdraw(start: Int) {
    starts.removeAll { $0 == start }
  }
}
