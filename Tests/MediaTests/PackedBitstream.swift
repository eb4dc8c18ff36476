import Foundation

/// Makes an AVI file with DivX's packed bitstream of an MPEG-4 elementary stream, as encoders of that time did.
enum PackedBitstream {
  static func rewrite(elementary path: String, to output: String, width: Int, height: Int) throws {
    let stream = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    var starts: [Int] = []
    for place in 0..<stream.count - 3 where stream[place...].starts(with: [0, 0, 1]) { starts.append(place) }
    var pictures: [(kind: UInt8, bytes: [UInt8])] = []
    var header: [UInt8] = []
    for (place, next) in zip(starts, starts.dropFirst() + [stream.count]) {
      let unit = Array(stream[place..<next])
      guard unit[3] == 0xB6 else {
        // Headers go in front of the next picture, the encoder's own mark is left out.
        if unit[3] != 0xB2 { header += unit }
        continue
      }
      pictures.append((unit[4] >> 6, header + unit))
      header = []
    }
    let mark = [0, 0, 1, 0xB2] + Array("DivX503b1393p".utf8)
    var packets: [[UInt8]] = []
    var number = 0
    while number < pictures.count {
      var packet = pictures[number].bytes
      if number == 0 { packet = mark + packet }
      let isReordered = number + 1 < pictures.count && pictures[number].kind != 2 && pictures[number + 1].kind == 2
      guard isReordered else {
        packets.append(packet)
        number += 1
        continue
      }
      packets.append(packet + pictures[number + 1].bytes)
      number += 2
      while number < pictures.count, pictures[number].kind == 2 {
        packets.append(pictures[number].bytes)
        number += 1
      }
      packets.append(emptyPicture(like: packet))
    }
    try Data(avi(packets, width: width, height: height)).write(to: URL(fileURLWithPath: output))
  }

  /// A P-picture that is not coded, no second after the picture that begins `packet`; 25 ticks a second take 5 bits.
  private static func emptyPicture(like packet: [UInt8]) -> [UInt8] {
    let start = packet.indices.dropLast(4).first { packet[$0...].starts(with: [0, 0, 1, 0xB6]) }! + 4
    let bits = packet[start...].prefix(4).flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 } }
    let seconds = bits[2...].prefix { $0 == 1 }.count
    var own: [UInt8] = [0, 1, 0] + Array(bits[(3 + seconds)..<(3 + seconds + 1 + 5 + 1)]) + [0, 0]
    while own.count % 8 != 0 { own.append(1) }
    return [0, 0, 1, 0xB6] + stride(from: 0, to: own.count, by: 8).map { own[$0..<$0 + 8].reduce(0) { $0 << 1 | $1 } }
  }

  /// A minimal AVI 1.0 file with an index.
  private static func avi(_ packets: [[UInt8]], width: Int, height: Int) -> [UInt8] {
    func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    func half(_ value: Int) -> [UInt8] { Array(word(value).prefix(2)) }
    func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
      Array(name.utf8) + word(body.count) + body + (body.count % 2 == 1 ? [0] : [])
    }
    func list(_ name: String, _ body: [UInt8]) -> [UInt8] { chunk("LIST", Array(name.utf8) + body) }
    let main = chunk(
      "avih", [40_000, 0, 0, 0x10, packets.count, 0, 1, 0, width, height, 0, 0, 0, 0].flatMap(word))
    let streamHeader = chunk(
      "strh",
      Array("vidsDX50".utf8) + [0, 0, 0, 1, 25, 0, packets.count, 0, 0, 0].flatMap(word)
        + [0, 0, width, height].flatMap(half))
    let format = chunk(
      "strf",
      word(40) + word(width) + word(height) + half(1) + half(24) + Array("DX50".utf8)
        + [width * height * 3, 0, 0, 0, 0].flatMap(word))
    var movie: [UInt8] = []
    var index: [UInt8] = []
    for packet in packets {
      let isKey = packet.starts(with: [0, 0, 1, 0xB0]) || packet.starts(with: [0, 0, 1, 0xB2])
      index += Array("00dc".utf8) + word(isKey ? 0x10 : 0) + word(movie.count + 4) + word(packet.count)
      movie += chunk("00dc", packet)
    }
    let body = list("hdrl", main + list("strl", streamHeader + format)) + list("movi", movie) + chunk("idx1", index)
    return chunk("RIFF", Array("AVI ".utf8) + body)
  }
}
