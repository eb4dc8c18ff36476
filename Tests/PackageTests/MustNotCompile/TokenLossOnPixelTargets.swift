import SluiceFlow
import SluiceForward
import SluiceLoss
import SluicePipelines
import SluiceSamples
import SluiceTokenize
import SluiceTraining

func tokenLossOnPixelTargets(
  _ clips: Segment<Never, MaskedClip>, _ model: MaskedModel<PixelObjective.Targets>, _ pixels: PixelObjective,
  _ tokens: TokenObjective
) -> Pipeline<StepLoss> {
  Pipeline("token-loss-on-pixel-targets") {
    clips
    pixels.target.batch(2)
    Collate(pixels)
    Step {
      Forward(model)
      Loss(tokens)  // wrong: VisualTokens, PixelObjective.Targets
    }
  }
}
