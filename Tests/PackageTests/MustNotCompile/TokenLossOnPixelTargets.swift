import SluiceFlow
import SluiceForward
import SluiceLoss
import SluiceSamples
import SluiceTensor
import SluiceTokenize
import SluiceTraining

struct Tokens: Sendable {}

struct TokenTarget: Stage {
  func callAsFunction(_ input: MaskedClip, context: ElementContext) throws -> MaskedSample<Tokens> {
    MaskedSample(masked: input, target: Tokens())
  }
}

struct TokenGoal: MaskedObjective {
  typealias Target = Tokens

  let target = TokenTarget()
  let predictionWidth = 8192

  func loss(of output: Tensor, for batch: MaskedBatch<[Tokens]>) throws -> LossTerms { LossTerms(output) }
}

func tokenLossOnPixelTargets<Pixels: MaskedObjective>(
  _ clips: Segment<Never, MaskedClip>, _ model: MaskedModel<Pixels.Targets>, _ pixels: Pixels
) -> Pipeline<StepLoss> where Pixels.Target == PixelTargets {
  Pipeline("token-loss-on-pixel-targets") {
    clips
    pixels.target.batch(2)
    Collate(pixels)
    Step {
      Forward(model)
      Loss(TokenGoal())  // wrong: MaskedBatch<[Tokens]>, Targets
    }
  }
}
