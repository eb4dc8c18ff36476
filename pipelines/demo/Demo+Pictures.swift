internal import FoundationEssentials
internal import SluiceFlow
internal import SluiceReport
internal import SluiceSamples

extension Demo {
  /// What the pre-trained network makes of hidden tokens of videos it never saw; the pictures stay in `pictures/`.
  func pictures(count: Int = 4) async throws -> PictureRows {
    let chosen = (0..<min(count, settings.valCount)).map { ($0 * settings.valCount / count + $0) % settings.valCount }
    let look = try MaskedPreview(from: pretrained.path)
    let folder = directory + "/pictures"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let names = MotionClass.allCases.map(\.name)
    var rows: [PictureRows.Row] = []
    for (sample, frames) in try await look.parts(of: clips(.val).selecting(chosen)) {
      guard let parts = frames.dropFirst().first else { continue }
      var files: [[UInt8]] = []
      for (part, picture) in zip(["masked", "hog", "frame"], parts) {
        let path = "\(folder)/\(rows.count)-\(part).png"
        try picture.enlarged(4).frame.write(to: path)
        files.append([UInt8](FileManager.default.contents(atPath: path) ?? Data()))
      }
      let label = sample.clip.labels.first.map { names[$0] } ?? ""
      rows.append(PictureRows.Row("A video of “\(label)”", pictures: files))
    }
    return PictureRows(
      "What the network sees of a frame, the histograms of oriented gradients it predicts, and the frame.",
      columns: ["masked input", "predicted HOG", "frame"], rows: rows)
  }
}

extension Picture {
  /// Every pixel as a square of `factor` pixels.
  fileprivate func enlarged(_ factor: Int) -> Picture {
    var larger: [UInt8] = []
    larger.reserveCapacity(bytes.count * factor * factor)
    for row in 0..<height * factor {
      for column in 0..<width * factor {
        let place = ((row / factor) * width + column / factor) * 3
        larger += bytes[place..<place + 3]
      }
    }
    return Picture(width: width * factor, height: height * factor, bytes: larger)
  }
}
