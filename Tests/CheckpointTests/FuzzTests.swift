import Foundation
import SluiceCheckpoints
import TestSupport
import Testing

/// Damaged files of every format: each is read, or ends in an error, within its time and with little memory.
///
/// A program of its own reads them, so that a crash or too much memory is the end of that program and names the file. Of
/// each format every second file has right sizes and checksums, so that the damage gets behind the first checks.
@Suite struct FuzzTests {
  private let count = isLongTier ? 10_000 : 600
  /// What a reading may take: this and a multiple of the file's size.
  private static let spareBytes = 1 << 20
  private static let multiple = 8

  /// The golden folders' weight files of at most `limit` bytes that are wanted by their first bytes and their name.
  private func seeds(limit: Int = 16_000, _ isWanted: (_ name: String, _ bytes: [UInt8]) -> Bool) throws -> [[UInt8]] {
    var seen: Set<[UInt8]> = []
    let names = try Golden.paths { name in
      [".pth", ".pt", ".pkl", ".safetensors"].contains { name.hasSuffix($0) } && !name.contains("bad_deep")
    }
    for (name, url) in names {
      let size = try FileManager.default.attributesOfItem(atPath: url.path)[.size] as? Int ?? .max
      guard size <= limit else { continue }
      let bytes = [UInt8](try Data(contentsOf: url))
      if isWanted(name, bytes) { seen.insert(bytes) }
    }
    return seen.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// Has each damaged file read to its end.
  private func survive(
    _ format: String, whole: [[UInt8]], spareBytes: Int = Self.spareBytes,
    _ make: (inout SeededGenerator, Int) -> [UInt8]
  ) throws {
    var counts: [Substring: Int] = [:]
    var slowest = 0.0
    try withTemporaryFolder { folder in
      var warmUp: [String] = []
      for (number, bytes) in whole.enumerated() {
        warmUp.append("\(folder)/whole-\(number)")
        try Data(bytes).write(to: URL(filePath: warmUp[number]))
      }
      for first in stride(from: 0, to: count, by: 500) {
        let numbers = first..<min(count, first + 500)
        for number in numbers {
          var generator = SeededGenerator(number)
          try Data(make(&generator, number)).write(to: URL(filePath: "\(folder)/\(number)"))
        }
        let lines = try WeightReader.read(
          numbers.map { "\(folder)/\($0)" }, format: format, warmUp: warmUp, spareBytes: spareBytes,
          multiple: Self.multiple)
        for (number, line) in zip(numbers, lines) {
          let fields = line.split(separator: " ", maxSplits: 1)
          guard fields.count == 2, let milliseconds = Double(fields[0]) else { continue }
          counts[fields[1], default: 0] += 1
          slowest = max(slowest, milliseconds)
          if fields[1].hasPrefix("wrong") { Issue.record("\(format) \(number): \(fields[1])") }
          if milliseconds > 10_000 { Issue.record("\(format) \(number): took \(milliseconds) ms") }
        }
        if lines.count < numbers.count {
          let number = numbers.lowerBound + lines.count
          let kept = FileManager.default.temporaryDirectory.appending(path: "sluice-fuzz-\(format)-\(number)")
          try? FileManager.default.removeItem(at: kept)
          try FileManager.default.copyItem(at: URL(filePath: "\(folder)/\(number)"), to: kept)
          Issue.record("\(format) \(number): a crash, no end or too much memory; the file is \(kept.path)")
          return
        }
        for number in numbers { try FileManager.default.removeItem(atPath: "\(folder)/\(number)") }
      }
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/sluice_pickle_executed"))
    }
    let (read, refused) = (counts["read"] ?? 0, counts["refused"] ?? 0)
    print(
      "fuzz: \(format): \(count) files, \(read) read, \(refused) refused, at most \(slowest) ms of a processor each"
    )
    // All refused or all read would mean that the mutations test nothing.
    #expect(read > 0 && refused > 0 && read + refused == count)
    #expect(!FileManager.default.fileExists(atPath: "sluice_pickle_executed"))
  }

  @Test func damagedSafetensorsAreReadOrRefused() throws {
    let seeds = try seeds { $1.count > 9 && $1[8] == UInt8(ascii: "{") }
    try survive("safetensors", whole: seeds) { generator, number in
      var bytes = seeds[number / 2 % seeds.count]
      guard number % 2 == 0 else {
        mutate(&bytes, &generator)
        return bytes
      }
      // Half: the header alone is damaged, and its length is put right.
      let length = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
      var header = Array(bytes[8..<8 + length])
      mutate(&header, &generator, vocabulary: Array("{}[]\",:0123456789-eU8F".utf8))
      return (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header + bytes[(8 + length)...]
    }
  }

  @Test func damagedArchivesAreReadOrRefused() throws {
    try surviveArchives("zip", try seeds { name, bytes in isArchive(bytes) && name.hasSuffix(".pth") })
  }

  @Test func damagedTorchScriptArchivesAreReadOrRefused() throws {
    try surviveArchives("torchscript", try seeds { name, bytes in isArchive(bytes) && name.hasSuffix(".pt") })
  }

  @Test func damagedLegacyFilesAreReadOrRefused() throws {
    try surviveLegacy("legacy", try seeds { name, bytes in isLegacy(bytes) && name.hasSuffix(".pth") })
  }

  @Test func damagedModulesAreReadOrRefused() throws {
    let modules = try seeds(limit: 200_000) { name, _ in name.hasSuffix(".pkl") }
    try surviveArchives("module-zip", modules.filter(isArchive))
    try surviveLegacy("module-legacy", modules.filter(isLegacy))
  }

  @Test func damagedUnusualFilesAreReadOrRefused() throws {
    try surviveArchives("unusual", UnusualFiles.all)
  }

  @Test func damagedNamesAreReadOrRefusedByEveryLayout() throws {
    let seeds = try UnusualFiles.wrapped()
    try survive("layouts", whole: seeds, spareBytes: 16 << 20) { generator, number in
      let bytes = seeds[number % seeds.count]
      let length = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
      var header = Array(bytes[8..<8 + length])
      if number % 4 == 0 {
        mutate(&header, &generator, vocabulary: Array("{}[]\",:./_0123456789".utf8))
      } else {
        // Most: characters of names are others, so that the file is read and its names are odd.
        let names = Array("./_#*019abemodulestatewrpqkv".utf8)
        let places = header.indices.filter { names.contains(header[$0]) && !(48...57).contains(header[$0]) }
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
          header[places.randomElement(using: &generator) ?? 0] = names.randomElement(using: &generator) ?? 0
        }
      }
      return (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header + bytes[(8 + length)...]
    }
  }

  private func isArchive(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x50, 0x4B, 3, 4]) }

  private func isLegacy(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x80, 2, 0x8A, 0x0A]) }

  private func surviveArchives(_ format: String, _ seeds: [[UInt8]]) throws {
    let whole = seeds.filter { $0.count > 22 && $0[($0.count - 22)...].starts(with: [0x50, 0x4B, 5, 6]) }
      .filter { bytes in (try? open(bytes)) != nil }
    #expect(!whole.isEmpty)
    try survive(format, whole: whole) { generator, number in
      guard number % 2 == 0 else {
        var bytes = seeds[number / 2 % seeds.count]
        mutate(&bytes, &generator)
        return bytes
      }
      // Half: one record is damaged, mostly the pickle, and sizes and checksums are put right.
      var archive = StoredArchive(whole[number / 2 % whole.count])
      let pickle = archive.records.firstIndex { $0.name.hasSuffix("/data.pkl") } ?? 0
      let record = number % 16 == 0 ? Int.random(in: 0..<archive.records.count, using: &generator) : pickle
      mutate(&archive.records[record].content, &generator, vocabulary: pickleVocabulary)
      return archive.bytes
    }
  }

  private func surviveLegacy(_ format: String, _ seeds: [[UInt8]]) throws {
    #expect(!seeds.isEmpty)
    try survive(format, whole: seeds.filter { (try? open($0)) != nil }) { generator, number in
      var bytes = seeds[number / 2 % seeds.count]
      guard number % 2 == 0 else {
        mutate(&bytes, &generator)
        return bytes
      }
      // Half: only opcodes and arguments of the pickles, each replaced by another, so that all lengths stay right. (The
      // format has no checksums.)
      let end = pickleEnd(bytes)
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 15..<end, using: &generator)
        bytes[place] = pickleVocabulary.randomElement(using: &generator) ?? 0
      }
      return bytes
    }
  }

  /// Where the elements begin: after the list of storages, the last pickle, which ends in "e." or "a.".
  private func pickleEnd(_ bytes: [UInt8]) -> Int {
    let ends = bytes.indices.dropLast().filter { [0x61, 0x65].contains(bytes[$0]) && bytes[$0 + 1] == 0x2E }
    return ends.first.map { $0 + 2 } ?? bytes.count
  }

  private func open(_ bytes: [UInt8]) throws -> PyTorchFile {
    try withTemporaryFolder { folder in
      let path = "\(folder)/seed"
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      return try PyTorchFile(path: path)
    }
  }

  @Test func archivesPutTogetherAgainAreRead() throws {
    // Some of the folders' archives are damaged on purpose; those beside the tests are not all.
    let whole = try seeds(limit: 200_000) { isArchive($1) }.compactMap { bytes in
      (try? open(bytes)).map { (bytes: bytes, file: $0) }
    }
    #expect(whole.count > 3)
    for (bytes, file) in whole {
      let second = try open(StoredArchive(bytes).bytes)
      #expect(second.tensors == file.tensors)
    }
  }
}
