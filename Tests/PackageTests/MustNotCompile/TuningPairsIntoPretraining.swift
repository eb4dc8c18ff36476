import SluiceFlow
import SluiceForward
import SluiceLoss
import SluiceSamples
import SluiceTraining

func tuningPairsIntoPretraining(
  _ pairs: Segment<Never, ClipTextBatch>, _ model: VideoTextModel
) -> Pipeline<StepLoss> {
  Pipeline("tuning-pairs-into-pre-training") {
    pairs
    Step {  // wrong: ClipTextBatch, VideoTextBatch
      Forward(model)
      Loss(VideoTextObjective())
    }
  }
}
