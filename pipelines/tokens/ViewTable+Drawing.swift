internal import FoundationEssentials
internal import SluiceAugment
internal import SluiceCheckpoints
internal import SluicePlatform
internal import SluiceSamples
public import SluiceShards

extension ViewTable {
  /// What became of the clips when views were drawn.
  public struct Drawing: Sendable {
    public let table: ViewTable
    /// Clips of which nothing can be seen, and why.
    public let unseen: [(path: String, reason: String)]
    /// Whether the views are those that were there before.
    public let isUnchanged: Bool
  }

  /// Draws views of all clips of a set and stores them beside its shards; those that are there already stay if they are
  /// the same.
  ///
  /// Frames are not decoded. The same set, recipe and seed give the same bytes.
  /// - Parameters:
  ///   - perClip: views of each clip.
  ///   - seed: the key of all that is drawn.
  /// - Throws: an error that says what is damaged or cannot be written; ``TableError`` if nothing can be seen of any clip.
  public static func draw(
    _ perClip: Int, of set: ShardSet, by recipe: ViewRecipe, seed: UInt64
  ) throws -> Drawing {
    var (frames, geometry, firsts): ([UInt8], [UInt8], [UInt8]) = ([], [], [])
    var (count, unseen): (Int, [(path: String, reason: String)]) = (0, [])
    func append(_ numbers: [Int], to bytes: inout [UInt8]) {
      for number in numbers { bytes.append(littleEndian: UInt32(number)) }
    }
    for number in 0..<set.count {
      append([count], to: &firsts)
      let clip = try set.clip(number)
      let size = PixelSize(width: clip.info.geometry.width, height: clip.info.geometry.height)
      do {
        let drawn = try (0..<perClip).map { view in
          try recipe.view(of: ClipHandle(frames: clip), size: size, seed: seed, epoch: view, sample: number)
        }
        for view in drawn {
          append(view.frames, to: &frames)
          append(view.geometry.numbers, to: &geometry)
        }
        count += perClip
      } catch {
        unseen.append((clip.name, "\(error)"))
      }
    }
    append([count], to: &firsts)
    guard count > 0 else {
      let reason = unseen.first.map { " The first: \($0.path): \($0.reason)" } ?? ""
      throw TableError(set.path, "no view can be drawn of any of its \(set.count) clips.\(reason)")
    }
    let (text, clips) = (try json(recipe.facts), try set.clipDigest())
    var hash = begunDigest(facts: text, seed: seed, clips: clips)
    for bytes in [firsts, frames, geometry] { hash.update(bytes) }
    let (identity, path) = (hash.hexadecimal(), path(in: set.path))
    if let before = try? ViewTable(of: set), before.identity == identity {
      return Drawing(table: before, unseen: unseen, isUnchanged: true)
    }
    func tensor(_ name: String, _ shape: [Int], _ bytes: [UInt8]) -> TensorContent {
      TensorContent(TensorInfo(name: name, type: .uint32, shape: shape), bytes: bytes)
    }
    try SafetensorsFile.write(
      [
        tensor("frames", [count, recipe.facts.frameCount], frames),
        tensor("geometry", [count, ViewGeometry.columns.count], geometry), tensor("firsts", [set.count + 1], firsts),
      ],
      metadata: [
        "format": format, "identity": identity, "clips": clips, "recipe": text, "seed": "\(seed)",
        "columns": ViewGeometry.columns.joined(separator: " "),
      ], to: path)
    return Drawing(table: try ViewTable(of: set), unseen: unseen, isUnchanged: false)
  }

  private static func json(_ facts: ViewRecipe.Facts) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(facts), as: UTF8.self)
  }
}
