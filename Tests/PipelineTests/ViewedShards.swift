import Foundation
import SluiceCheckpoints
import SluiceDatasets
import SluicePipelines
import SluiceShards
import Testing

/// Shards of small videos with stored views, and tables of tokens of them.
final class ViewedShards {
  let folder = TemporaryFolder()
  let set: ShardSet
  let views: ViewTable
  /// Views of each clip.
  static let perClip = 3

  /// - Parameters:
  ///   - name: of the directory.
  ///   - system: whose views are drawn.
  init(
    _ count: Int = 4, name: String = "set", of system: String = "bevt", settings: [String: String] = [:],
    seed: UInt64 = 9
  ) async throws {
    try await ViewedShards.write(count, to: folder(name), videosIn: folder)
    set = try ShardSet(folder(name))
    let recipe = try Systems.viewRecipe(of: system, settings: settings)
    views = try ViewTable.draw(ViewedShards.perClip, of: set, by: recipe, seed: seed).table
  }

  var path: String { self.set.path }

  /// Writes shards of some videos of unlike lengths, which are captioned by their numbers.
  static func write(_ count: Int, to path: String, videosIn folder: TemporaryFolder) async throws {
    try await write(Array(0..<count), to: path, videosIn: folder)
  }

  /// Writes shards of the videos of these numbers, in their order; a set that is there becomes theirs.
  static func write(_ numbers: [Int], to path: String, videosIn folder: TemporaryFolder) async throws {
    var items: [DatasetItem] = []
    for number in numbers {
      if !FileManager.default.fileExists(atPath: folder("v\(number).mp4")) {
        try folder.video("v\(number).mp4", frames: 24 + number, width: 72, height: 56, seed: number)
      }
      items.append(DatasetItem(path: folder("v\(number).mp4"), labels: [.number(number)], captions: ["\(number)"]))
    }
    let (writer, clips) = (try ShardSetWriter(path), try ListedClip.all(of: DatasetList(items: items)))
    let waiting = try writer.reconcile(with: clips.map(\.description)).waiting.map { clips[$0] }
    if !waiting.isEmpty { for try await _ in preprocessPipeline(waiting, into: writer).run() {} }
    _ = try writer.finish()
  }

  /// What a table of tokens is made of.
  struct Table {
    var type = StoredType.uint16
    var shape: [Int]
    /// The word at each index.
    var word: (Int) -> Int = { $0 % 32 }
    var metadata: [String: String]
    var tensor = "tokens"
    var more: [TensorContent] = []

    /// The share of the set's views from one on; all unless said.
    init(of views: ViewTable, from first: Int = 0, count: Int? = nil) {
      let side = views.facts.cellsPerSide
      shape = [count ?? views.count - first, views.facts.frameCount, side, side]
      metadata = ["views": views.identity, "tokenizer": "thirty-two words", "vocabulary": "32", "first": "\(first)"]
    }

    func write(to path: String) throws {
      let info = TensorInfo(name: tensor, type: type, shape: shape)
      let bytes = (0..<info.elementCount).flatMap { index in
        (0..<type.byteCount).map { UInt8(truncatingIfNeeded: word(index) >> (8 * $0)) }
      }
      try SafetensorsFile.write([TensorContent(info, bytes: bytes)] + more, metadata: metadata, to: path)
    }
  }

  /// Writes a table and takes it in.
  @discardableResult
  func take(_ table: Table? = nil, replacing: Bool = false) throws -> TokenTable.Taken {
    let path = folder("table.safetensors")
    try (table ?? Table(of: views)).write(to: path)
    return try TokenTable.take(path, into: set, replacing: replacing)
  }
}
