/// An open file with its index and its decoder; belongs to one thread at a time.
final class VideoSession {
  let path: String
  let limits: MediaLimits
  let deadline: Deadline
  let reader: PacketReader
  let index: PacketIndex
  /// Presentation times in display order, seconds from the first frame.
  let times: [Double]
  /// Opened when the first frame is wanted.
  private var decoder: Decoder?
  private let reorderDepth: Int?
  private let packet: Packet
  /// The container was caught calling a frame a key frame that is none: decoding begins with the file.
  private var startsLie = false

  init(path: String, limits: MediaLimits) throws(MediaError) {
    self.path = path
    self.limits = limits
    deadline = Deadline()
    deadline.start(seconds: limits.seconds)
    reader = try PacketReader(path: path, limits: limits, deadline: deadline)
    packet = Packet()
    let size = reader.stream.size
    guard size.width.multipliedReportingOverflow(by: size.height).partialValue <= limits.pixels else {
      throw MediaError(
        .limitExceeded, path: path,
        "its frames are \(size.width)×\(size.height), more than the \(limits.pixels) pixels of MediaLimits.pixels")
    }
    let timed = PacketIndex(timeOrdered: reader.packets, isOnePicturePerPacket: !reader.header.hasSplitFrames)
    let isTimed = timed.doubt == nil && reader.header.mpeg4?.isPlain != false
    reorderDepth = reader.header.isH264 && isTimed ? timed.reorderDepth : nil
    if isTimed, reader.isFramedByContainer, !timed.beginsAbruptly {
      index = timed
    } else if let order = reader.header.mpeg4?.displayOrder() {
      index = PacketIndex(mpeg4: order, packets: reader.packets)
    } else {
      let decoder = try Decoder(stream: reader.stream, reorderDepth: reorderDepth, limits: limits, path: path)
      if isTimed, try VideoSession.beginning(of: timed, reader, decoder) {
        index = timed
      } else {
        index = PacketIndex(decoded: try VideoSession.decodedOrder(reader, decoder), packets: reader.packets)
      }
    }
    guard !index.display.isEmpty else {
      throw MediaError(
        .notVideo, path: path, "holds no frame that can be decoded; \(reader.packets.count) packets were read")
    }
    times = VideoSession.times(of: index, stream: reader.stream)
  }

  /// Calls `body` with each wanted frame as it leaves the decoder, which is nearly display order.
  ///
  /// - Parameter wanted: indices in display order; one that comes twice is delivered once.
  func forEachFrame(_ wanted: some Sequence<Int>, _ body: (Int, VideoFrame) throws -> Void) throws {
    deadline.start(seconds: limits.seconds)
    var pending: [Int: Int] = [:]  // packet → index in display order
    for place in wanted { pending[index.isCounted ? place : Int(index.display[place])] = place }
    guard !pending.isEmpty else { return }
    if !index.isCounted {
      for run in DecodePlan(wanted: pending.keys.sorted(), index: index).runs where !startsLie {
        try decode(run, pending: &pending, isStrict: false, body)
      }
    }
    guard !pending.isEmpty else { return }
    // A frame that did not come out, or stands behind damage: what a decoder makes of it depends on all before it,
    // and on nothing else, so it has to be a new one.
    decoder = nil
    try decode(DecodeRun(first: 0, last: reader.packets.count - 1), pending: &pending, isStrict: true, body)
    guard let missing = pending.values.min() else { return }
    throw MediaError(
      .cannotDecode, path: path, frame: missing,
      "frame \(missing) of \(index.display.count) cannot be decoded: its data is damaged; ask for other frames or repair the file"
    )
  }

  /// Decodes one stretch and takes the frames delivered out of `pending`.
  ///
  /// - Parameter isStrict: whether every packet is decoded, so that damage is concealed as in a plain reading of the
  ///   file; otherwise the stretch is given up at the first damage and what nobody needs is left out.
  private func decode(
    _ run: DecodeRun, pending: inout [Int: Int], isStrict: Bool, _ body: (Int, VideoFrame) throws -> Void
  ) throws {
    let decoder = try openDecoder()
    var left = isStrict ? pending.count : pending.keys.count { (run.first...run.last).contains($0) }
    var outputs = 0
    var hasEnded = false
    var number = run.first
    while left > 0, !hasEnded {
      let isPast = number > run.last && (index.isOnePicturePerPacket && !isStrict)
      if isPast || number >= reader.packets.count {
        decoder.sendEnd()
        hasEnded = true
      } else {
        defer { number += 1 }
        if !isStrict, index.packets[number].traits.contains(.unreferenced), pending[number] == nil { continue }
        try reader.load(number, into: packet)
        if !decoder.send(packet, tag: number), !isStrict, !isLeading(number, run) { return }
      }
      receiving: while true {
        switch decoder.receive() {
        case .nothing:
          break receiving
        case .failure:
          if !isStrict, !isLeading(number, run) { return }
          if hasEnded { break receiving }
        case .picture(let tag, let isDamaged):
          if !isStrict {
            if tag == run.first, run.first > 0, !decoder.isIntra {
              startsLie = true
              return
            }
            if isDamaged, !isLeading(tag, run) { return }
          }
          outputs += 1
          guard let place = pending.removeValue(forKey: index.isCounted ? outputs - 1 : tag) else { continue }
          left -= 1
          let frame = try decoder.frame(
            time: times[place], orientation: reader.stream.orientation, path: path)
          try body(place, frame)
          deadline.start(seconds: limits.seconds)
        }
      }
    }
  }

  /// The decoder, without memory of what it decoded before.
  private func openDecoder() throws(MediaError) -> Decoder {
    if let decoder {
      decoder.flush()
      return decoder
    }
    let opened = try Decoder(stream: reader.stream, reorderDepth: reorderDepth, limits: limits, path: path)
    decoder = opened
    return opened
  }

  /// Frames shown before the key frame the stretch begins with: they refer to what was not decoded.
  private func isLeading(_ packet: Int, _ run: DecodeRun) -> Bool {
    packet > run.first && index.order[packet] < index.order[run.first] && run.first > 0
  }

  // MARK: When time stamps are not enough

  /// Whether the first frames come out of the decoder as the time stamps say.
  private static func beginning(
    of index: PacketIndex, _ reader: PacketReader, _ decoder: Decoder
  )
    throws(MediaError) -> Bool
  {
    let count = min(reader.packets.count, 48)
    let decoded = try order(ofFirst: count, reader, decoder)
    // The last ones may lack what follows them.
    let sure = max(0, min(count - 16, decoded.count)) + (count == reader.packets.count ? 16 : 0)
    return index.display.prefix(sure).elementsEqual(decoded.prefix(sure).map { Int32($0) })
      && (count < reader.packets.count || decoded.count == index.display.count)
  }

  private static func decodedOrder(_ reader: PacketReader, _ decoder: Decoder) throws(MediaError) -> [Int] {
    try order(ofFirst: reader.packets.count, reader, decoder)
  }

  /// The packets of the frames that a decoder puts out, in its order, when it is given the first `count` packets.
  private static func order(
    ofFirst count: Int, _ reader: PacketReader, _ decoder: Decoder
  )
    throws(MediaError) -> [Int]
  {
    decoder.flush()
    let packet = Packet()
    var tags: [Int] = []
    for number in 0...count {
      if number == count {
        decoder.sendEnd()
      } else {
        try reader.load(number, into: packet)
        _ = decoder.send(packet, tag: number)
      }
      var failures = 0
      receiving: while failures < 8 {
        switch decoder.receive() {
        case .nothing: break receiving
        case .failure: failures += 1
        case .picture(let tag, _): tags.append(tag)
        }
      }
    }
    return tags
  }
}
