internal import SluiceDatasets
internal import SluiceDecode
internal import SluiceFlow
internal import SluiceSamples
internal import SluiceTokenize
internal import SluiceTraining

/// A pre-trained MaskFeat that shows what it predicts.
///
/// ```swift
/// let look = try MaskFeatLook(from: "runs/maskfeat-1")
/// let rows = try await look.rows(of: "clip.mp4", seed: 1)
/// ```
public struct MaskFeatLook: Sendable {
  private let looking: MaskFeat.Looking<HOGTargets>
  private let pictures: MaskPictures

  /// Opens a run or a checkpoint of `maskfeat`.
  /// - Throws: ``RunError`` if it is of another system, or predicts no HOG.
  public init(from path: String) throws {
    guard let stored = try StoredModel(opening: path), stored.system == MaskFeat.name else {
      throw RunError(.weights, "\(path) is no run and no checkpoint of maskfeat. Name one that is.")
    }
    var request = RunRequest()
    (request.settings, request.target) = (stored.settings, stored.request.target)
    let system = try MaskFeat(request)
    guard let looking = system.looking as? MaskFeat.Looking<HOGTargets>, let target = system.hogTarget else {
      throw RunError(.weights, "\(path) predicts pixels; only predicted HOG can be shown.")
    }
    (self.looking, pictures) = (looking, MaskPictures(target))
    try looking.load(stored.checkpoint.parameters().allTensors())
  }

  /// Masked input, predicted HOG and frame of the middle of a video, a row for each frame with a target.
  /// - Parameter seed: of the mask.
  /// - Throws: what is wrong with the video.
  public func rows(of file: String, seed: UInt64 = 0) async throws -> [Picture] {
    let clips = try Clips(videos: DatasetList(items: [DatasetItem(path: file)]))
    return try await parts(of: clips, seed: seed).flatMap { $0.frames.map { .row($0) } }
  }

  /// The middle of each clip as the network reads it, and masked input, predicted HOG and frame of every frame with a
  /// target.
  /// - Parameter seed: of the masks.
  /// - Throws: what is wrong with a clip.
  func parts(of clips: Clips, seed: UInt64 = 0) async throws -> [(masked: MaskedClip, frames: [[Picture]])] {
    var found: [(masked: MaskedClip, frames: [[Picture]])] = []
    for try await prediction in looking.pipeline(clips).run(RunOptions(seed: seed, maxFailures: 0)) {
      for sample in prediction.batch {
        found.append((sample.masked, pictures.parts(of: sample, prediction: prediction.values)))
      }
    }
    return found
  }
}
