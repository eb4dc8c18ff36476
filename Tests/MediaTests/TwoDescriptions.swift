import Foundation

/// An MP4 file with one track whose second half has a sample description of its own, as editors write them.
enum TwoDescriptions {
  /// Joins two MP4 files without reordered frames, which begin with their only chunk of one track.
  static func join(_ first: String, _ second: String, to path: String) throws {
    let parts = try [first, second].map { Track([UInt8](try Data(contentsOf: URL(fileURLWithPath: $0)))) }
    let kind = box("ftyp", Array("isom".utf8) + word(512) + Array("isomavc1".utf8))
    let samples = parts.map(\.samples)
    let durations = parts.flatMap(\.durations)
    let offset = kind.count + 8
    let keys = parts[0].keys + parts[1].keys.map { $0 + samples[0].count }
    let description = full("stsd", word(2) + parts[0].entry + parts[1].entry)
    let times = full("stts", word(durations.count) + durations.flatMap { word(1) + word($0) })
    let chunks = full("stsc", word(2) + [1, samples[0].count, 1, 2, samples[1].count, 2].flatMap(word))
    let sizes = full("stsz", word(0) + word(durations.count) + samples.joined().flatMap { word($0.count) })
    let sync = full("stss", word(keys.count) + keys.flatMap(word))
    let places = full("stco", word(2) + word(offset) + word(offset + samples[0].reduce(0) { $0 + $1.count }))
    let table = box("stbl", description + times + chunks + sizes + sync + places)
    let data = box("mdat", samples.joined().flatMap { $0 })
    let whole = parts[0].movie
    let movie = replacing(["moov", "trak", "mdia", "minf", "stbl"], in: whole[...], by: table)
    try Data(kind + data + movie).write(to: URL(fileURLWithPath: path))
  }

  private static func word(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }
  private static func box(_ type: String, _ body: [UInt8]) -> [UInt8] { word(8 + body.count) + Array(type.utf8) + body }
  private static func full(_ type: String, _ body: [UInt8]) -> [UInt8] { box(type, [0, 0, 0, 0] + body) }

  /// The boxes `path` with the last one replaced; what else is inside stays.
  private static func replacing(_ path: [String], in bytes: ArraySlice<UInt8>, by new: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    for (type, range) in Track.boxes(bytes) where path[0] == "moov" || type != "edts" {
      if type != path[0] {
        if path[0] != "moov" { result += bytes[range] }
      } else if path.count == 1 {
        result += new
      } else {
        result += box(
          type, replacing(Array(path.dropFirst()), in: bytes[(range.lowerBound + 8)..<range.upperBound], by: new))
      }
    }
    return result
  }

  /// The tables of a file's only track.
  private struct Track {
    let movie: [UInt8]
    let entry: [UInt8]
    let samples: [[UInt8]]
    let durations: [Int]
    let keys: [Int]

    static func number(_ bytes: ArraySlice<UInt8>, _ offset: Int) -> Int {
      bytes[(bytes.startIndex + offset)..<(bytes.startIndex + offset + 4)].reduce(0) { $0 << 8 | Int($1) }
    }

    static func boxes(_ bytes: ArraySlice<UInt8>) -> [(type: String, range: Range<Int>)] {
      var found: [(String, Range<Int>)] = []
      var start = bytes.startIndex
      while start + 8 <= bytes.endIndex {
        let size = number(bytes[start...], 0)
        found.append((String(decoding: bytes[(start + 4)..<(start + 8)], as: UTF8.self), start..<start + size))
        start += size
      }
      return found
    }

    static func content(_ path: [String], of bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
      guard let first = path.first else { return bytes }
      guard let box = boxes(bytes).first(where: { $0.type == first }) else { return nil }
      return content(Array(path.dropFirst()), of: bytes[(box.range.lowerBound + 8)..<box.range.upperBound])
    }

    init(_ bytes: [UInt8]) {
      movie = bytes
      func table(_ name: String) -> ArraySlice<UInt8>? {
        Track.content(["moov", "trak", "mdia", "minf", "stbl", name], of: bytes[...])
      }
      entry = Array(table("stsd")!.dropFirst(8))
      let sizes = table("stsz")!
      let count = Track.number(sizes, 8)
      var start = Track.number(table("stco")!, 8)
      samples = (0..<count).map { index in
        let size = Track.number(sizes, 4) > 0 ? Track.number(sizes, 4) : Track.number(sizes, 12 + 4 * index)
        defer { start += size }
        return Array(bytes[start..<start + size])
      }
      let times = table("stts")!
      durations = (0..<Track.number(times, 4)).flatMap {
        [Int](repeating: Track.number(times, 12 + 8 * $0), count: Track.number(times, 8 + 8 * $0))
      }
      let sync = table("stss")
      keys = sync.map { sync in (0..<Track.number(sync, 4)).map { Track.number(sync, 8 + 4 * $0) } } ?? Array(1...count)
    }
  }
}
