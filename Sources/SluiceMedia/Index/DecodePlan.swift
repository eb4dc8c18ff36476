/// One stretch of packets for the decoder, begun anew.
struct DecodeRun: Equatable, Sendable {
  /// The packet to begin with.
  var first: Int
  /// The last packet whose frame is wanted.
  var last: Int
}

/// The shortest stretches of packets that hold all wanted frames.
struct DecodePlan: Sendable {
  private(set) var runs: [DecodeRun] = []

  /// - Parameter wanted: packets whose frames are wanted, ascending.
  init(wanted: [Int], index: PacketIndex) {
    for packet in wanted {
      let start = index.start(for: packet)
      if let run = runs.last, start <= run.last + 1 {
        // The key frame is passed anyway: going on costs nothing and keeps the decoder's state.
        runs[runs.count - 1].last = max(run.last, packet)
      } else {
        runs.append(DecodeRun(first: start, last: packet))
      }
    }
  }
}
