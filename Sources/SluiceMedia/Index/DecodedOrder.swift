/// The frames of a file as a decoder puts them out that is given all packets: the truth about their order.
struct DecodedOrder: Sendable {
  /// The packet of each frame.
  private(set) var packets: [Int] = []
  /// What distinguishes each frame from others.
  private(set) var digests: [UInt64] = []
  /// Packets that the decoder refused.
  private(set) var refused: Set<Int> = []
  /// The first frame of another form than those before it, and both forms.
  private(set) var change: (frame: Int, from: FrameShape, to: FrameShape)?

  /// Decodes the first packets.
  ///
  /// - Parameters:
  ///   - count: how many packets; what is decoded of them behind the last is taken too.
  ///   - comparesFrames: whether digests and forms of the frames are wanted.
  init(
    ofFirst count: Int, _ reader: PacketReader, _ decoder: Decoder, comparesFrames: Bool
  ) throws(MediaError) {
    decoder.flush()
    let packet = Packet()
    var shape: FrameShape?
    for number in 0...count {
      if number == count {
        decoder.sendEnd()
      } else {
        try reader.load(number, into: packet)
        if !decoder.send(packet, tag: number) { refused.insert(number) }
      }
      var failures = 0
      receiving: while failures < 8 {
        switch decoder.receive() {
        case .nothing: break receiving
        case .failure:
          failures += 1
          refused.insert(number)
        case .frame(let tag, _):
          if comparesFrames {
            let own = decoder.shape
            if let shape, shape != own, change == nil { change = (packets.count, shape, own) }
            shape = own
            digests.append(decoder.digest)
          }
          packets.append(tag)
        }
      }
    }
  }
}
