internal import SluiceForward
internal import SluiceNN
package import SluiceSamples
package import SluiceTensor
internal import SluiceTraining

/// The views of several videos side by side, and all captions of these.
package struct RetrievalBatch: Sendable {
  /// Numbers of the videos in the source's list.
  package let samples: [Int]
  /// `[B · viewCount, 3, T, H, W]`, normalized; the views of one video follow each other.
  package let views: Tensor
  /// Views of each video.
  package let viewCount: Int
  /// The captions of the videos, one video after the other, padded as they are embedded together.
  package let texts: [PaddedTexts]

  package init(samples: [Int], views: Tensor, viewCount: Int, texts: [PaddedTexts]) {
    (self.samples, self.views, self.viewCount, self.texts) = (samples, views, viewCount, texts)
  }
}

/// What a network makes of a batch.
package struct RetrievalFeatures: Sendable {
  /// `[B · viewCount, D]`.
  package let views: Tensor
  /// `[captions, D]`.
  package let texts: Tensor

  package init(views: Tensor, texts: Tensor) { (self.views, self.texts) = (views, texts) }
}

extension Collate where Sample == ClipViews, Batch == RetrievalBatch {
  /// The views of a batch in one buffer, with the captions of its videos.
  init(viewCount: Int, _ texts: RetrievalTexts) {
    self.init { samples, _ in
      let numbers = samples.map(\.sample)
      return RetrievalBatch(
        samples: numbers, views: try .stacked(samples.flatMap(\.views)), viewCount: viewCount,
        texts: texts.padded(of: numbers))
    }
  }
}

/// Two towers, of which each sees its side of a batch.
struct ViewTowers: TrainingModel {
  let towers: any RetrievalTowers
  /// Views that are in the network together: a video may have forty-five.
  let viewsAtOnce: Int

  var parameters: ParameterStore { towers.parameters }

  func callAsFunction(_ batch: RetrievalBatch, _ pass: ForwardPass) throws -> RetrievalFeatures {
    let count = batch.views.shape[0]
    let views = try stride(from: 0, to: count, by: viewsAtOnce).map { start in
      try towers.videoFeatures(of: batch.views.slice(start..<min(start + viewsAtOnce, count), axis: 0))
    }
    let texts = try batch.texts.map { try towers.textFeatures(of: $0) }
    return RetrievalFeatures(views: .concatenated(views, axis: 0), texts: .concatenated(texts, axis: 0))
  }
}
