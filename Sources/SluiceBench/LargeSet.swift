internal import SluiceMedia
internal import SluicePlatform
internal import SluiceShards

/// A set of very many clips of one tiny frame each: what opening it takes, and memory.
struct LargeSet {
  private let folder: String
  private let count: Int

  init(in folder: String, clips count: Int) {
    self.folder = folder
    self.count = count
  }

  func run(_ rows: inout BenchRows) throws {
    let name = "open \(count) clips"
    guard rows.wants("sluice", name) else { return }
    try write()
    var (seconds, memory): ([Double], [Double]) = ([], [])
    for round in 0..<7 {
      ResidentMemory.resetPeak()
      let before = ResidentMemory.peakMebibytes
      let start = ContinuousClock().now
      let set = try ShardSet(folder)
      // The last clip and one from the middle, by its number and by its path.
      let middle = try set.clip(count / 2 + round)
      let found = try set.clips(path: middle.name)
      _ = try set.clip(count - 1).frames(at: [0])
      seconds.append((ContinuousClock().now - start).seconds)
      precondition(set.count == count && found == [count / 2 + round], "\(folder): a clip is not found")
      memory.append(Double(ResidentMemory.peakMebibytes - before))
    }
    rows.add("sluice", name, seconds.map { 1000 * $0 }, "ms", note: "with three clips looked up and a frame read")
    rows.add("sluice", name + ", memory", memory, "MiB")
  }

  private func write() throws {
    let writer = try ShardSetWriter(folder)
    let frame = VideoFrame(width: 2, height: 2, layout: .gray, packed: [1, 2, 3, 4])
    let stored = try FrameEncoder(ShardSettings()).encode(frame)
    for number in 0..<count {
      try writer.append([stored], geometry: FrameGeometry(frame))
      try writer.finishClip(
        ClipDescription(path: "videos/class-\(number % 400)/clip-\(number).mp4", labels: [number % 400]), frameRate: 25)
    }
    _ = try writer.finish()
  }
}
