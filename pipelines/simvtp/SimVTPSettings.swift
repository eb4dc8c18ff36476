public import SluiceFlow
public import SluiceModels

/// What `--set model.…` decides of a SimVTP and of the two towers that are tuned from it.
public struct SimVTPSettings: Configurable, Equatable {
  /// The sizes there are.
  public enum Preset: String, Sendable, CaseIterable {
    /// Four narrow blocks on 96-pixel frames, as VideoMAE's: minutes on two cores.
    case quick
    /// ViT-B.
    case base

    var video: VideoMAEConfiguration {
      switch self {
      case .quick: .quick
      case .base: .base
      }
    }
  }

  public var preset: Preset = .quick {
    didSet { (video, textPositions, textDropout) = (preset.video, 512, 0.1) }
  }
  /// The video's part, whose encoder reads texts too.
  public var video: VideoMAEConfiguration = .quick
  /// Rows of the table of positions: the most words of a text.
  public var textPositions: Int = 512
  /// The probability that a value of an embedded word is dropped, in training.
  public var textDropout: Double = 0.1

  /// The network of a run that is not told otherwise.
  public init() {}

  /// The network with a table of so many words.
  func network(vocabularySize: Int) -> SimVTPConfiguration {
    SimVTPConfiguration(
      video: video, vocabularySize: vocabularySize, textPositions: textPositions, textDropout: textDropout)
  }

  /// - Parameter isTuning: whether of the towers, which have no decoder.
  static func settings(isTuning: Bool) -> [Setting<Self>] {
    let shared: [Setting<Self>] = [
      Setting("preset", \.preset), Setting("frameCount", \.video.frameCount, in: 1...4096),
      Setting("imageSize", \.imageSize, in: 1...4096), Setting("patchSize", \.video.patchSize, in: 1...4096),
      Setting("tubeletSize", \.video.tubeletSize, in: 1...4096),
      Setting("dimension", \.video.dimension, in: 1...65_536), Setting("depth", \.video.depth, in: 1...4096),
      Setting("headCount", \.video.headCount, in: 1...4096),
      Setting("textPositions", \.textPositions, in: 2...65_536),
      Setting("textDropout", \.textDropout, in: 0...0.99),
    ]
    guard !isTuning else { return shared + [Setting("dropPath", \.video.dropPathRate, in: 0...0.99)] }
    return shared + [
      Setting("decoderDimension", \.video.decoderDimension, in: 1...65_536),
      Setting("decoderDepth", \.video.decoderDepth, in: 1...4096),
      Setting("decoderHeadCount", \.video.decoderHeadCount, in: 1...4096),
    ]
  }

  public static var settings: [Setting<Self>] { settings(isTuning: false) }

  /// Height and width of a frame, pixels.
  public var imageSize: Int {
    get { video.height }
    set { (video.height, video.width) = (newValue, newValue) }
  }
}
