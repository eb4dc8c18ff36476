internal import SluiceAugment
internal import SluiceCheckpoints
internal import SluicePlatform
internal import SluiceSamples
internal import SluiceShards

/// The views of a set's clips before they are written.
struct DrawnViews {
  /// The tensors of the file, as little-endian bytes.
  private(set) var frames: [UInt8] = []
  private(set) var geometry: [UInt8] = []
  private(set) var firsts: [UInt8] = []
  /// How many there are.
  private(set) var count = 0
  /// Clips of which nothing can be seen, and why.
  private(set) var unseen: [(path: String, reason: String)] = []
  /// The number that each view had in the table before; `nil` for a new one.
  private(set) var before: [Int?] = []

  /// Draws views of all clips.
  ///
  /// Clips that had views of the same recipe and seed before keep them, whatever was added to the set and in which order it
  /// is now.
  /// - Parameters:
  ///   - perClip: views of each clip.
  ///   - sources: what each clip is known by.
  ///   - kept: the views before.
  init(
    _ perClip: Int, of set: ShardSet, by recipe: ViewRecipe, seed: UInt64, sources: [String], kept: KeptViews?
  ) throws {
    for number in 0..<set.count {
      Self.append([count], to: &firsts)
      let staying = try kept?.views(of: sources[number]).prefix(perClip) ?? 0..<0
      var views = try staying.compactMap { try kept?.table.numbers(of: $0) }
      let clip = try set.clip(number)
      let size = PixelSize(width: clip.info.geometry.width, height: clip.info.geometry.height)
      do {
        views += try (staying.count..<perClip).map { epoch -> (frames: [Int], geometry: [Int]) in
          let drawn = try recipe.view(
            of: ClipHandle(frames: clip), size: size, seed: seed, epoch: epoch, sample: number)
          return (drawn.frames, drawn.geometry.numbers)
        }
      } catch {
        unseen.append((clip.name, "\(error)"))
        continue
      }
      for view in views {
        Self.append(view.frames, to: &frames)
        Self.append(view.geometry, to: &geometry)
      }
      before += staying.map(Optional.some) + [Int?](repeating: nil, count: perClip - staying.count)
      count += perClip
    }
    Self.append([count], to: &firsts)
    guard count > 0 else {
      let reason = unseen.first.map { " The first: \($0.path): \($0.reason)" } ?? ""
      throw TableError(set.path, "no view can be drawn of any of its \(set.count) clips.\(reason)")
    }
  }

  private static func append(_ numbers: [Int], to bytes: inout [UInt8]) {
    for number in numbers { bytes.append(littleEndian: UInt32(number)) }
  }
}

/// The views that clips of a set had before it became another.
struct KeptViews {
  let table: ViewTable
  private let clips: [String: Int]

  /// - Returns: `nil` if there are none that were drawn in the same way, or they do not say of which clips they are.
  init?(in directory: String, _ facts: ViewRecipe.Facts, seed: UInt64) {
    guard let table = try? ViewTable(opening: ViewTable.path(in: directory)), table.facts == facts, table.seed == seed,
      let sources = try? table.clipSources()
    else { return nil }
    self.table = table
    clips = Dictionary(zip(sources, 0...)) { first, _ in first }
  }

  /// The numbers of a clip's views; none of a clip that had none, or was not there.
  func views(of source: String) throws -> Range<Int> { try clips[source].map { try table.views(of: $0) } ?? 0..<0 }
}
