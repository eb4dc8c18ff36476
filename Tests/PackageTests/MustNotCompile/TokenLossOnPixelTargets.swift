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

struct TokenGoal: Objective {
  let target = TokenTarget()
  let predictionWidth = 8192

  func loss(of prediction: Tensor, for batch: [MaskedSample<Tokens>]) throws -> Tensor { prediction }
}

func tokenLossOnPixelTargets<Model: TrainingModel>(
  _ clips: Segment<Never, MaskedClip>, _ model: Model, _ pixels: PixelTarget
) -> Pipeline<BatchLoss> where Model.Sample == PixelTarget.Output {
  Pipeline("token-loss-on-pixel-targets") {
    clips
    pixels.batch(2)
    Step {
      Forward(model)
      Loss(TokenGoal())  // wrong: MaskedSample<Tokens>, PixelTargets
    }
  }
}
