public import SluiceFlow
public import SluiceShards

/// From a list to shards: open → decode → scale → encode → write.
///
/// Give each of the computing stages as many workers as there are cores; the bytes do not depend on it.
public func preprocessPipeline(
  _ clips: [ListedClip], into writer: ShardSetWriter, workers: Int = 1
) -> Pipeline<StoredClip> {
  let settings = writer.settings
  return Pipeline("preprocess") {
    ListedClips(clips, frameRate: settings.frameRate, frameLimit: settings.frameLimit)
    DecodeFrames().named("decode").workers(workers).buffer(1)
    if let shortSide = settings.shortSide {
      ScaleFrames(shortSide: shortSide).named("scale").workers(workers).buffer(1)
    }
    EncodeFrames(settings).named("encode").workers(workers).buffer(1)
    WriteShards(writer).named("write").onFailure(.stop)
  }
}
