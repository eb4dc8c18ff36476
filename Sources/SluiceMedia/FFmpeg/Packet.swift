internal import CFFmpeg

/// One compressed frame of a file, AVPacket.
@safe struct Packet: ~Copyable {
  let pointer: UnsafeMutablePointer<AVPacket>

  init() {
    guard let packet = unsafe av_packet_alloc() else { fatalError("out of memory: av_packet_alloc") }
    unsafe pointer = unsafe packet
  }

  deinit {
    var packet: UnsafeMutablePointer<AVPacket>? = unsafe pointer
    unsafe av_packet_free(&packet)
  }

  /// Gives the data back and keeps the shell for the next frame.
  func clear() {
    unsafe av_packet_unref(pointer)
  }

  /// Takes over the data of `other`.
  func take(from other: borrowing Packet) {
    unsafe av_packet_unref(pointer)
    unsafe av_packet_move_ref(pointer, other.pointer)
  }

  /// Makes the packet hold a copy of the first `count` bytes of an image file, which is no larger than
  /// ``FileBytes/imageLimit``.
  func fill(_ bytes: [UInt8], count: Int) {
    unsafe av_packet_unref(pointer)
    guard unsafe av_new_packet(pointer, Int32(count)) >= 0 else { fatalError("out of memory: av_new_packet") }
    unsafe pointer.pointee.data.update(from: bytes, count: count)
  }

  /// Calls `body` with the compressed bytes.
  func withBytes<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    let data = unsafe UnsafeBufferPointer(start: pointer.pointee.data, count: max(0, Int(pointer.pointee.size)))
    return unsafe body(data.span)
  }

  var byteCount: Int { unsafe Int(pointer.pointee.size) }

  /// Whether the container calls it a key frame.
  var isKey: Bool { unsafe pointer.pointee.flags & AV_PKT_FLAG_KEY != 0 }

  /// Whether the container's edit list hides its frame.
  var isDiscarded: Bool { unsafe pointer.pointee.flags & AV_PKT_FLAG_DISCARD != 0 }

  /// Whether less of it could be read than the container says there is.
  var isCutOff: Bool { unsafe pointer.pointee.flags & AV_PKT_FLAG_CORRUPT != 0 }

  /// The headers that are in force from this packet on, if the container has new ones for it.
  var newHeaders: [UInt8]? { sideData(AV_PKT_DATA_NEW_EXTRADATA) }

  /// Gives the packet headers that hold from it on.
  func setNewHeaders(_ headers: [UInt8]) { setSideData(headers, AV_PKT_DATA_NEW_EXTRADATA) }

  /// The colors that are in force from this packet on, if the container has new ones for it.
  var palette: [UInt8]? { sideData(AV_PKT_DATA_PALETTE) }

  /// Gives the packet colors that hold from it on.
  func setPalette(_ colors: [UInt8]) { setSideData(colors, AV_PKT_DATA_PALETTE) }

  private func sideData(_ kind: AVPacketSideDataType) -> [UInt8]? {
    var size = 0
    guard let data = unsafe av_packet_get_side_data(pointer, kind, &size), size > 0 else { return nil }
    return unsafe Array(UnsafeBufferPointer(start: data, count: size))
  }

  private func setSideData(_ bytes: [UInt8], _ kind: AVPacketSideDataType) {
    guard let data = unsafe av_packet_new_side_data(pointer, kind, bytes.count) else {
      fatalError("out of memory: av_packet_new_side_data")
    }
    unsafe data.update(from: bytes, count: bytes.count)
  }

  /// Whether the container gives the decoder something with this packet that holds for those behind it too: a palette, or
  /// another size.
  var changesDecoder: Bool {
    unsafe av_packet_get_side_data(pointer, AV_PKT_DATA_PALETTE, nil) != nil
      || av_packet_get_side_data(pointer, AV_PKT_DATA_PARAM_CHANGE, nil) != nil
  }

  /// Presentation and decoding time in the stream's unit, `FFmpeg.noTime` where unknown.
  var time: Int64 { unsafe pointer.pointee.pts }
  var decodingTime: Int64 { unsafe pointer.pointee.dts }

  /// Place in the file, bytes; -1 where unknown.
  var position: Int64 { unsafe pointer.pointee.pos }
}

/// The compressed frames of a small file, kept so that it is read once.
@safe final class PacketStore {
  private var packets: [UnsafeMutablePointer<AVPacket>] = unsafe []
  private(set) var byteCount = 0

  var count: Int { unsafe packets.count }

  /// Takes the data out of `packet`.
  func append(moving packet: borrowing Packet) {
    guard let kept = unsafe av_packet_alloc() else { fatalError("out of memory: av_packet_alloc") }
    byteCount += packet.byteCount
    unsafe av_packet_move_ref(kept, packet.pointer)
    unsafe packets.append(kept)
  }

  /// Makes `packet` another reference to the data of packet `number`.
  func load(_ number: Int, into packet: borrowing Packet) -> Bool {
    unsafe av_packet_ref(packet.pointer, packets[number]) >= 0
  }

  deinit {
    for number in unsafe packets.indices {
      var packet: UnsafeMutablePointer<AVPacket>? = unsafe packets[number]
      unsafe av_packet_free(&packet)
    }
  }
}
