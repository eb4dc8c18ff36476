import SluiceFlow
import SluiceForward
import SluiceLoss
import SluiceNN
import SluiceOptimize
import SluiceSamples
import SluiceTensor
import SluiceTraining
import TestSupport
import Testing

/// Outputs that do not fit what they are compared with are refused with both.
@Suite struct LossErrorTests {
  private func batch(_ labels: [Int], shares: Tensor? = nil) -> LabeledBatch {
    LabeledBatch(clips: .zeros([labels.count, 3, 1, 2, 2]), labels: labels, shares: shares)
  }

  @Test func logitsThatDoNotFitTheBatchAreRefused() {
    #expect(
      sentence { _ = try CrossEntropy().loss(of: .zeros([3, 4]), for: batch([0, 1])) }
        == "2 clips and logits [3, 4]: wanted is one row per clip")
    #expect(
      sentence { _ = try CrossEntropy().loss(of: .zeros([2, 4]), for: batch([0, 4])) }
        == "label 4 is none of 4 classes. Set classCount to the largest label + 1")
    #expect(
      sentence { _ = try CrossEntropy().loss(of: .zeros([2, 4]), for: batch([0, 1], shares: .zeros([2, 3]))) }
        == "clips have shares [2, 3], the model gives logits [2, 4]")
  }

  @Test func predictedTokensThatDoNotFitAreRefused() {
    let tokens = VisualTokens(cells: [0, 3], words: [1, 5])
    #expect(
      sentence { _ = try TokenPrediction(of: .zeros([3, 6]), to: tokens) }
        == "token loss: [3, 6]: wanted one row for each of 2 hidden cells, at least one")
    #expect(
      sentence { _ = try TokenPrediction(of: .zeros([2, 5]), to: tokens) }
        == "token loss: [2, 5]: word 5 is outside the vocabulary of 5")
  }

  @Test func accuracyCountsTheCellsWhoseMostFavoredWordIsRight() throws {
    let logits = Tensor([0, 2, 1, 3, 0, 0, 1, 1, 0, 0, 0, 9], shape: [4, 3])
    // Of equally favored words the first counts.
    let prediction = try TokenPrediction(of: logits, to: VisualTokens(cells: [0, 1, 4, 6], words: [1, 1, 0, 2]))
    #expect(prediction.accuracy == 0.75 && prediction.answers == [1: 2, 0: 1, 2: 1])
  }

  @Test func targetsThatDoNotFitTheirMasksAreRefused() throws {
    let mask = TokenMask(steps: 1, rows: 2, columns: 2, values: [1, 0, 0, 0])
    func targets(_ samples: [MaskedRegression.Frames], masks: Int = 1) throws -> MaskedRegression.Targets {
      try MaskedRegression.Targets(
        samples, masks: [TokenMask](repeating: mask, count: masks), slots: 1, frameCount: 2)
    }
    let frame = MaskedRegression.Frames([0], values: .zeros([1, 2, 2, 5]))
    #expect(
      sentence { _ = try targets([frame], masks: 2) }
        == "1 targets and 2 masks: wanted are as many of both, at least one")
    #expect(
      sentence { _ = try targets([MaskedRegression.Frames([0], values: .zeros([1, 3, 2, 5]))]) }
        == "a sample's targets are [1, 3, 2, 5], wanted are [1, 2, 2, 5]")
    let sound = try targets([frame])
    #expect(
      sentence { _ = try MaskedRegression.loss(of: .zeros([1, 4, 6]), to: sound) }
        == "predictions [1, 4, 6] and targets [1, 4, 1, 5] do not fit: wanted is [1, 4, 5]")
  }

  @Test func aClipWithoutAUsableLabelIsNamed() {
    let clip = Clip(
      pixels: PixelClip(frameCount: 0, height: 1, width: 1, bytes: []), values: .zeros([3, 1, 1, 1]), labels: [1, 2])
    let context = ElementContext(seed: 0, epoch: 0, sample: 0, identity: "a.mp4", stage: "singleLabel")
    #expect(
      sentence { _ = try SingleLabel(classCount: 2)(clip, context: context) }
        == "a.mp4: its labels are [1, 2], wanted is one of 0 ..< 2. Correct the list or classCount")
  }

  @Test func aBatchOfNothingIsRefused() {
    #expect(sentence { _ = try Tensor.stacked([]) }.hasSuffix("there is no sample in it"))
  }

  /// The loss alone, without a network before it.
  private struct Given: Source {
    let count = 1
    let value: Float

    func element(at index: Int, context: ElementContext) -> Prediction<LabeledBatch, Tensor> {
      let batch = LabeledBatch(clips: .zeros([1, 3, 1, 1, 1]), labels: [0])
      return Prediction(batch: batch, output: Tensor([value, .nan], shape: [1, 2]))
    }
  }

  @Test func aLossThatIsNoNumberStopsTheRun() async {
    let pipeline = Pipeline("loss") {
      Given(value: 1)
      Loss(CrossEntropy())
    }
    var found = ""
    do { for try await _ in pipeline.run() {} } catch { found = "\(error)" }
    #expect(
      found.contains(
        "step 1: the loss is nan, a finite number is wanted. No update has been made yet: look at these samples, and at the "
          + "weights that the network begins with."), "\(found)")
  }

  /// Two terms whose weighted sum is too large for a number of 32 bits.
  private struct Large: Objective {
    func loss(of output: Tensor, for batch: LabeledBatch) -> LossTerms {
      let value = Tensor([3e38], shape: [1])
      return LossTerms([.init("one", value), .init("other", value, weight: 2)])
    }
  }

  @Test func aSumOfLossesThatIsNoNumberStopsTheRun() async {
    let pipeline = Pipeline("loss") {
      Given(value: 1)
      Loss(Large())
    }
    var found = ""
    do { for try await _ in pipeline.run() {} } catch { found = "\(error)" }
    #expect(found.contains("step 1: the weighted sum of the losses is"), "\(found)")
  }

  private struct Weight: Sendable {
    let parameters = ParameterStore()

    init() {
      _ = ParameterScope(parameters).weight("w", [1], .normal(1))
      parameters.initialize(seed: 1)
    }
  }

  @Test func anUpdateThatIsNoNumberIsNotMade() async throws {
    let weight = Weight()
    let optimize = Optimize(weight.parameters, .adamW(.constant(0.1)))
    let before = weight.parameters.values["w"]?.floats
    weight.parameters.parameters.first?.gradient = Tensor([.infinity], shape: [1])
    let context = ElementContext(seed: 0, epoch: 0, sample: 0, identity: "a.mp4", stage: "optimize")
    let error = await #expect(throws: StepError.self) {
      try await optimize(StepLoss(total: 1, terms: [:], metrics: [:], sampleCount: 1), context: context)
    }
    #expect(error?.description.contains(". Nothing was changed.") == true, "\(String(describing: error))")
    #expect(weight.parameters.values["w"]?.floats == before)
    let endless = Optimize(weight.parameters, .adamW(.constant(.infinity)))
    let refusal = #expect(throws: StepError.self) {
      try Pipeline("endless") {
        Given(value: 1)
        Step {
          Loss(CrossEntropy())
          endless
        }
      }.remarks(on: RunOptions(epochs: 1))
    }
    #expect(
      refusal?.description
        == "step 1: its learning rate is inf, a finite one is wanted. Correct optimize.peak, optimize.minimum or "
        + "optimize.warmup.")
  }
}
