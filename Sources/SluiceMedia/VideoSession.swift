/// An open file with its index and its decoder; belongs to one thread at a time.
final class VideoSession {
  let path: String
  let limits: MediaLimits
  let deadline: Deadline
  let reader: PacketReader
  private(set) var index: PacketIndex
  /// Presentation times in display order, seconds from the first frame.
  let times: [Double]
  /// The first frame of another form than those before it, and both forms.
  let change: (frame: Int, from: FrameShape, to: FrameShape)?
  /// Opened when the first frame is wanted.
  private var decoder: Decoder?
  /// The version of the headers that the decoder has read.
  private var version = 0
  private let reorderDepth: Int?
  private let packet: Packet

  init(path: String, stream: Int?, limits: MediaLimits) throws(MediaError) {
    self.path = path
    self.limits = limits
    deadline = Deadline()
    deadline.start(seconds: limits.seconds)
    let file = try FileIndex(path: path, stream: stream, limits: limits, deadline: deadline)
    (reader, index, reorderDepth, change) = (file.reader, file.index, file.reorderDepth, file.change)
    packet = Packet()
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
    for number in wanted { pending[index.isCounted ? number : Int(index.display[number])] = number }
    if !index.isCounted {
      var isDone = pending.isEmpty
      while !isDone {
        isDone = true
        for run in DecodePlan(wanted: pending.keys.sorted(), index: index).runs where isDone {
          if case .wrongStart = try decode(run, pending: &pending, isStrict: false, body), run.first > 0 {
            index.withdraw(start: run.first)
            isDone = pending.isEmpty
          }
        }
      }
    }
    guard !pending.isEmpty else { return }
    // A frame that did not come out, or is behind damage: what a decoder makes of it depends on all before it, and on
    // nothing else, so it has to be a new one.
    decoder = nil
    _ = try decode(DecodeRun(first: 0, last: reader.packets.count - 1), pending: &pending, isStrict: true, body)
    guard let missing = pending.values.min() else { return }
    throw MediaError(
      .cannotDecode, path: path, frame: missing,
      "frame \(missing) of \(index.display.count) cannot be decoded: its data is damaged; ask for other frames or repair the file"
    )
  }

  private enum Outcome {
    case whole
    /// Given up at damage.
    case damaged
    /// Decoding may not begin where it began.
    case wrongStart
  }

  /// Decodes one stretch and takes the frames delivered out of `pending`.
  ///
  /// - Parameter isStrict: whether every packet is decoded, so that damage is concealed as in a plain reading of the
  ///   file; otherwise the stretch is given up at the first damage and what nobody needs is left out.
  private func decode(
    _ run: DecodeRun, pending: inout [Int: Int], isStrict: Bool, _ body: (Int, VideoFrame) throws -> Void
  ) throws -> Outcome {
    let decoder = try openDecoder(for: run.first)
    var left = isStrict ? pending.count : pending.keys.count { (run.first...run.last).contains($0) }
    var outputs = 0
    var hasEnded = false
    var number = run.first
    while left > 0, !hasEnded {
      let isPast = number > run.last && (index.isOneFramePerPacket && !isStrict)
      if isPast || number >= reader.packets.count {
        decoder.sendEnd()
        hasEnded = true
      } else {
        defer { number += 1 }
        if !isStrict, index.packets[number].traits.contains(.unreferenced), pending[number] == nil { continue }
        if number == run.first {
          try reader.loadFirst(number, into: packet)
        } else {
          try reader.load(number, into: packet)
        }
        version = reader.syntax.history.version(at: number)
        if !decoder.send(packet, tag: number), !isStrict, !isLeading(number, run) { return .damaged }
      }
      receiving: while true {
        switch decoder.receive() {
        case .nothing:
          break receiving
        case .failure:
          if !isStrict, !isLeading(number, run) { return .damaged }
          if hasEnded { break receiving }
        case .frame(let tag, let isDamaged):
          if !isStrict {
            if tag == run.first, run.first > 0, !decoder.isIntra { return .wrongStart }
            if isDamaged, !isLeading(tag, run) { return .damaged }
          }
          outputs += 1
          let key = index.isCounted ? outputs - 1 : tag
          guard let wanted = pending[key] else { continue }
          if !isStrict, !index.digests.isEmpty, index.digests[wanted] != decoder.digest { return .wrongStart }
          pending[key] = nil
          left -= 1
          let frame = try decoder.frame(time: times[wanted], orientation: reader.stream.orientation, path: path)
          try body(wanted, frame)
          deadline.start(seconds: limits.seconds)
        }
      }
    }
    return .whole
  }

  /// The decoder, without memory of what it decoded before, but with the headers in force at a packet.
  private func openDecoder(for first: Int) throws(MediaError) -> Decoder {
    let history = reader.syntax.history
    let wanted = history.version(at: first)
    if let decoder, version == wanted {
      decoder.flush()
      return decoder
    }
    let opened = try Decoder(stream: reader.stream, reorderDepth: reorderDepth, limits: limits, path: path)
    if first > 0, !index.packets[first].traits.contains(.complete) {
      // What these packets decode to is of no interest: they carry the headers.
      for carrier in history.carriers(of: wanted) {
        try reader.load(carrier, into: packet)
        _ = opened.send(packet, tag: carrier)
        while case .frame = opened.receive() {}
      }
      opened.flush()
    }
    decoder = opened
    return opened
  }

  /// Frames shown before the key frame the stretch begins with: they refer to what was not decoded.
  private func isLeading(_ packet: Int, _ run: DecodeRun) -> Bool {
    packet > run.first && index.order[packet] < index.order[run.first] && run.first > 0
  }
}
