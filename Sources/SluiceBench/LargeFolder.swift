internal import SluiceDatasets
internal import SluiceDecode
internal import SluiceMedia
internal import SluicePlatform

/// A folder of very many tiny images in folders of their classes, as ImageNet's: what opening it takes.
struct LargeFolder {
  private let folder: String
  private let count: Int

  /// Images of a class.
  private static let perClass = 100

  init(in folder: String, images count: Int) {
    self.folder = folder
    self.count = count
  }

  func run(_ rows: inout BenchRows) throws {
    let name = "open folder of \(count) images"
    guard rows.wants("sluice", name) else { return }
    try write()
    var seconds: [Double] = []
    for _ in 0..<7 {
      let start = ContinuousClock().now
      let clips = try Clips(videos: DatasetList(contentsOf: folder))
      try clips.requireFiles(tolerating: 0)
      let manifest = try clips.manifest()
      seconds.append((ContinuousClock().now - start).seconds)
      precondition(
        clips.count == count && manifest.count == count, "\(folder): \(clips.count) of \(count) images are found")
    }
    rows.add(
      "sluice", name, seconds, "s", note: "listed and classed, files looked for, what they are compared by on resuming")
  }

  private func write() throws {
    let image = VideoFrame(width: 2, height: 2, layout: .gray, packed: [1, 2, 3, 4])
    for number in 0..<count {
      let path = "\(folder)/n\((number / LargeFolder.perClass).padded(to: 8))"
      if number % LargeFolder.perClass == 0 { try createDirectories(path) }
      try image.write(to: "\(path)/\(number).png")
    }
  }
}
