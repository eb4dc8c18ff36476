import Foundation
import SluiceCheckpoints
import TestSupport
import Testing

/// Damaged files of every format: each is read, or ends in an error, within its time.
@Suite struct FuzzTests {
  private let count = isLongTier ? 10_000 : 600

  /// Small files of the golden folders, by how they begin.
  private func seeds(_ isWanted: ([UInt8]) -> Bool) throws -> [[UInt8]] {
    var seen: Set<[UInt8]> = []
    let names = try Golden.paths { name in
      [".pth", ".pt", ".pkl", ".safetensors"].contains { name.hasSuffix($0) } && !name.contains("bad_deep")
    }
    for (_, url) in names {
      let size = try FileManager.default.attributesOfItem(atPath: url.path)[.size] as? Int ?? .max
      guard size < 16_000 else { continue }
      let bytes = [UInt8](try Data(contentsOf: url))
      if isWanted(bytes) { seen.insert(bytes) }
    }
    return seen.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// Reads each damaged file to its end.
  private func survive(_ format: String, _ make: (inout SeededGenerator, Int) -> [UInt8]) throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/damaged"
      var opened = 0
      for number in 0..<count {
        var generator = SeededGenerator(number)
        let bytes = make(&generator, number)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let start = ContinuousClock.now
        do {
          let file: any TensorSource =
            format == "safetensors" ? try SafetensorsFile(path: path) : try PyTorchFile(path: path)
          for tensor in file.tensors where try file.bytes(tensor.name).count != tensor.byteCount {
            Issue.record("\(format) \(number): \(tensor.name) gave another number of bytes than its shape asks for")
          }
          opened += 1
        } catch let error as CheckpointError {
          if let position = error.position, !(0...bytes.count).contains(position) {
            Issue.record("\(format) \(number): the error is at byte \(position) of \(bytes.count)")
          }
        }
        let elapsed = ContinuousClock.now - start
        if elapsed > .seconds(10) { Issue.record("\(format) \(number): took \(elapsed)") }
      }
      // All refused or all read would mean that the mutations test nothing.
      #expect(opened > 0 && opened < count, "\(format): \(opened) of \(count) were read")
    }
    #expect(!FileManager.default.fileExists(atPath: "sluice_pickle_executed"))
  }

  @Test func damagedSafetensorsAreReadOrRefused() throws {
    let seeds = try seeds { $0.count > 9 && $0[8] == UInt8(ascii: "{") }
    try survive("safetensors") { generator, number in
      var bytes = seeds[number % seeds.count]
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
    let seeds = try seeds { $0.starts(with: [0x50, 0x4B, 3, 4]) }
    let whole = seeds.filter { $0.count > 22 && $0[($0.count - 22)...].starts(with: [0x50, 0x4B, 5, 6]) }
      .filter { bytes in (try? open(bytes)) != nil }
    #expect(whole.count >= 4)
    try survive("zip") { generator, number in
      guard number % 2 == 0 else {
        var bytes = seeds[number % seeds.count]
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

  @Test func damagedLegacyFilesAreReadOrRefused() throws {
    let seeds = try seeds { $0.starts(with: [0x80, 2, 0x8A, 0x0A]) }
    try survive("legacy") { generator, number in
      var bytes = seeds[number % seeds.count]
      guard number % 2 == 0 else {
        mutate(&bytes, &generator)
        return bytes
      }
      // Half: only opcodes and arguments after the header, each replaced by another, so that all lengths stay right.
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 15..<bytes.count, using: &generator)
        bytes[place] = pickleVocabulary.randomElement(using: &generator) ?? 0
      }
      return bytes
    }
  }

  private func open(_ bytes: [UInt8]) throws -> PyTorchFile {
    try withTemporaryFolder { folder in
      let path = "\(folder)/seed"
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      return try PyTorchFile(path: path)
    }
  }

  @Test func archivesPutTogetherAgainAreRead() throws {
    for bytes in try seeds({ $0.starts(with: [0x50, 0x4B, 3, 4]) }) {
      guard let first = try? open(bytes) else { continue }
      let second = try open(StoredArchive(bytes).bytes)
      #expect(second.tensors == first.tensors)
    }
  }
}
