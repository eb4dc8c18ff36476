internal import FoundationEssentials
internal import SluiceFlow
internal import SluicePlatform
internal import SluiceReport
internal import SluiceSamples

extension Demo {
  /// What the pre-trained network makes of hidden tokens of videos it never saw; the images stay in `images/`.
  func images(count: Int = 4) async throws -> ImageRows {
    let chosen = (0..<min(count, settings.valCount)).map { ($0 * settings.valCount / count + $0) % settings.valCount }
    let look = try MaskedPreview(from: pretrained.path)
    let folder = directory + "/images"
    try createDirectories(folder)
    let names = MotionClass.allCases.map(\.name)
    var rows: [ImageRows.Row] = []
    for (sample, frames) in try await look.parts(of: clips(.val).selecting(chosen)) {
      guard let parts = frames.dropFirst().first else { continue }
      var files: [[UInt8]] = []
      for (part, image) in zip(["masked", "hog", "frame"], parts) {
        let path = "\(folder)/\(rows.count)-\(part).png"
        try image.enlarged(4).frame.write(to: path)
        files.append([UInt8](FileManager.default.contents(atPath: path) ?? Data()))
      }
      let label = sample.clip.labels.first.map { names[$0] } ?? ""
      rows.append(ImageRows.Row("A video of “\(label)”", images: files))
    }
    return ImageRows(
      "What the network sees of a frame, the histograms of oriented gradients it predicts, and the frame.",
      columns: ["masked input", "predicted HOG", "frame"], rows: rows)
  }
}

extension Image {
  /// Every pixel as a square of `factor` pixels.
  fileprivate func enlarged(_ factor: Int) -> Image {
    var larger: [UInt8] = []
    larger.reserveCapacity(bytes.count * factor * factor)
    for row in 0..<height * factor {
      for column in 0..<width * factor {
        let offset = ((row / factor) * width + column / factor) * 3
        larger += bytes[offset..<offset + 3]
      }
    }
    return Image(width: width * factor, height: height * factor, bytes: larger)
  }
}
