import SluiceFlow
import SluiceForward
import SluiceLoss
import SluiceModels
import SluiceSamples
import SluiceTraining

func oneStreamIntoTwo(_ clips: Segment<Never, MaskedBatch<VisualTokens>>, _ model: BEVT) -> Pipeline<StepLoss> {
  Pipeline("one-stream-into-two") {
    clips
    Step {  // wrong: MaskedBatch<VisualTokens>, TwoStreams
      Forward(model)
      Loss(TwoStreamObjective())
    }
  }
}
