internal import SluiceFlow
internal import SluiceForward
internal import SluiceModels
internal import SluiceNN
internal import SluiceSamples
package import SluiceTensor
internal import SluiceTraining

/// The views of several videos side by side, and the classes that these show.
package struct NamedViewBatch: Sendable {
  /// `[B · viewCount, 3, T, H, W]`, normalized; the views of one video follow each other.
  package let views: Tensor
  /// Views of each video.
  package let viewCount: Int
  /// The classes of each video: one, or any number where a protocol has many.
  package let labels: [[Int]]
  /// What messages call the videos.
  package let names: [String]

  package init(views: Tensor, viewCount: Int, labels: [[Int]], names: [String]) {
    (self.views, self.viewCount, self.labels, self.names) = (views, viewCount, labels, names)
  }
}

/// What a network makes of a batch of videos and the prompts of all classes.
package struct VideoTextScores: Sendable {
  /// `[B · viewCount, classes]`, before any scale.
  package let scores: Tensor
  /// Features of frames, `[B · viewCount, T, D]`, where they are asked for.
  package let frames: Tensor?
  /// Features of the prompts' sentences, `[classes, D]`, row-major, each of length 1; empty without frames.
  package let sentences: [Double]

  package init(scores: Tensor, frames: Tensor? = nil, sentences: [Double] = []) {
    (self.scores, self.frames, self.sentences) = (scores, frames, sentences)
  }
}

extension Collate where Sample == ClipViews, Batch == NamedViewBatch {
  /// The views of a batch in one buffer, with the classes of its videos.
  init(namedViews viewCount: Int) {
    self.init { samples, _ in
      NamedViewBatch(
        views: try .stacked(samples.flatMap(\.views)), viewCount: viewCount, labels: samples.map(\.labels),
        names: samples.map(\.name))
    }
  }
}

/// Compares the views of videos with the prompts of all classes, without gradients.
///
/// Features of the prompts are computed once in each run: between two, the network may have learned.
struct VideoTextScoring: Transform {
  let network: any VideoTextNetwork
  let prompts: ClassPrompts
  /// Views that are in the network together: a video may have thirty.
  let viewsAtOnce: Int
  /// Whether features of frames and sentences are kept too.
  let keepsFrames: Bool

  /// Features of the prompts, and those of their sentences at length 1.
  struct Worker {
    var texts: CLIPTexts?
    var sentences: [Double] = []
  }

  func makeWorker() -> Worker { Worker() }

  func callAsFunction(
    _ batch: NamedViewBatch, worker: inout Worker, context: ElementContext
  ) throws -> Prediction<NamedViewBatch, VideoTextScores> {
    try withoutGradients {
      let texts = try worker.texts ?? network.texts(of: prompts)
      if worker.texts == nil, keepsFrames { worker.sentences = texts.sentences.rowsOfLengthOne }
      worker.texts = texts
      let count = batch.views.shape[0]
      let frames = try stride(from: 0, to: count, by: viewsAtOnce).map { start in
        try network.frameFeatures(of: batch.views.slice(start..<min(start + viewsAtOnce, count), axis: 0))
      }
      let scores = try frames.map { try network.scores(of: $0, texts) }
      return Prediction(
        batch: batch,
        output: VideoTextScores(
          scores: .concatenated(scores, axis: 0), frames: keepsFrames ? .concatenated(frames, axis: 0) : nil,
          sentences: worker.sentences))
    }
  }
}

extension Tensor {
  /// The rows of `[N, D]` divided by their lengths, in double precision.
  package var rowsOfLengthOne: [Double] {
    let width = shape[1]
    let values = floats.map { Double($0) }
    return stride(from: 0, to: values.count, by: max(width, 1)).flatMap { start -> [Double] in
      let row = values[start..<start + width]
      let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return row.map { length > 0 ? $0 / length : 0 }
    }
  }
}
