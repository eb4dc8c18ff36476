import SluiceFlow
import SluiceForward
import SluiceLoss
import SluiceSamples
import SluiceTraining

func tokenLossOnCellValues(
  _ streams: Segment<Never, TwoStreams<MaskedBatch<CellValues>>>, _ model: CellModel
) -> Pipeline<StepLoss> {
  Pipeline("token-loss-on-cell-values") {
    streams
    Step {
      Forward(model)
      Loss(TwoStreamObjective())  // wrong: VisualTokens, CellValues
    }
  }
}
