internal import SluiceAugment
internal import SluiceDatasets
internal import SluiceDecode
internal import SluiceFlow
internal import SluiceModels
internal import SluiceSamples
internal import SluiceTensor
public import SluiceTraining

/// A trained TimeSformer or ViViT that shows what it looks at.
///
/// ```swift
/// let preview = try AttentionPreview(from: "runs/timesformer-1")
/// for frame in try await preview.frames(of: "clip.mp4") { try frame.overlay.frame.write(to: "overlay.png") }
/// ```
/// - Source: VideoTransformer-pytorch, `visualize_attention`.
public struct AttentionPreview: Sendable {
  /// One frame of a clip and what the heads attend to in it.
  public struct Frame: Sendable {
    public let image: Image
    /// The frame in dark gray, the patches of the first six heads in their colors.
    public let overlay: Image
    /// How strongly each head attends to each position.
    public let heads: [Image]

    /// Frame, overlay and heads side by side.
    public var panel: Image { .row([image, overlay] + heads) }
  }

  private let tuning: FineTuning

  /// Opens a run or a checkpoint.
  /// - Throws: ``RunError`` if it is of no classifier, or of one that pools its attention, so that there is nothing to show.
  public init(from path: String, _ options: WeightsOptions = WeightsOptions()) throws {
    let run = try OpenedRun(
      path, options,
      refusal: "is no run of a classifier, whose attention could be shown. Name one of timesformer or vivit."
    ) { $0 as? any ClassifyingSystem.Type }
    let system = try run.kind.init(run.request)
    tuning = system.tuning
    guard tuning.classifier.attention != nil else {
      throw RunError(
        .weights,
        "\(path) is of \(run.stored.system), whose attention is pooled. Name a run of timesformer or vivit.")
    }
    try run.load(into: system)
  }

  /// The frames of the middle of a video, as the classifier reads it.
  /// - Parameter share: the share of each head's attention that is shown.
  /// - Throws: what is wrong with the video.
  public func frames(of file: String, share: Double = 0.6) async throws -> [Frame] {
    let clips = try Clips(videos: DatasetList(items: [DatasetItem(path: file)]))
    var frames: [Frame] = []
    for try await clip in tuning.middles(of: clips).run(RunOptions(maxFailures: 0)) {
      frames += try preview(at: clip, share: share)
    }
    return frames
  }

  private func preview(at clip: Clip, share: Double) throws -> [Frame] {
    guard let attention = tuning.classifier.attention else { return [] }
    let (count, height, width) = (clip.pixels.frameCount, clip.pixels.height, clip.pixels.width)
    let maps = try attention.maps(clip.values.reshaped([1] + clip.values.shape.dimensions))
    let values = clip.values.floats
    let area = height * width
    return (0..<count).map { number in
      let map = maps[number * maps.count / count]
      var planes: [Float] = []
      for color in 0..<3 {
        let start = (color * count + number) * area
        planes += values[start..<start + area]
      }
      let overlay = map.overlay(on: planes, patchSize: attention.patchSize, share: share)
      return Frame(
        image: Image(
          width: width, height: height, bytes: Array(clip.pixels.bytes[3 * number * area..<3 * (number + 1) * area])),
        overlay: Image(width: width, height: height, bytes: overlay),
        heads: (0..<map.headCount).map { AttentionPreview.heat(map, head: $0, patchSize: attention.patchSize) })
    }
  }

  /// One head's attention: black where it looks least, then its color, white where it looks most.
  private static func heat(_ map: AttentionMap, head: Int, patchSize: Int) -> Image {
    let size = map.rows * map.columns
    let values = Array(map.values[head * size..<(head + 1) * size])
    let (least, most) = (values.min() ?? 0, values.max() ?? 0)
    let color = AttentionMap.colors[head % AttentionMap.colors.count]
    let (height, width) = (map.rows * patchSize, map.columns * patchSize)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(3 * height * width)
    for row in 0..<height {
      for column in 0..<width {
        let value = values[row / patchSize * map.columns + column / patchSize]
        let heat = most > least ? Double((value - least) / (most - least)) : 0
        for part in color {
          let shade = heat < 0.5 ? 2 * heat * part : part + (2 * heat - 1) * (255 - part)
          bytes.append(UInt8(min(max(shade, 0), 255)))
        }
      }
    }
    return Image(width: width, height: height, bytes: bytes)
  }
}

extension FineTuning {
  /// The middle of each clip as the classifier reads it, with the pixels behind it.
  fileprivate func middles(of clips: Clips) -> Pipeline<Clip> {
    let crop = recipe.clips.augment(recipe.clips.centered(size: classifier.imageSize), keepsPixels: true)
    return Pipeline("preview") {
      clips
      recipe.frames.sampling(count: classifier.frameCount, window: .center)
      Decode()
      crop
    }
  }
}
