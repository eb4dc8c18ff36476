import SluiceAugment
import SluicePlatform
import SluiceTensor
import TestSupport
import Testing

@Suite struct MixupTests {
  @Test func batchesOfGivenDrawsAreTheReferences() throws {
    try Golden.each(
      "timesformer-vivit.mixup_given", "timesformer-vivit.cutmix_given", "timesformer-vivit.mix_not_applied"
    ) { file, check in
      let config = file.config
      let shape = try file.shape("input.clip")
      let (height, width) = (shape[shape.count - 2], shape[shape.count - 1])
      let mixup = Mixup(
        classCount: try #require(config["classes"].int), probability: config["prob"].double ?? 1,
        switchProbability: config["switch_prob"].double ?? 0.5, labelSmoothing: config["label_smoothing"].double ?? 0.1)
      let share = try #require(config["lam"].double)
      let isMixed = (config["u_apply"].double ?? 0) < mixup.probability
      let isCut = (config["u_switch"].double ?? 0) < mixup.switchProbability
      var choice = Mixup.Choice.none
      if isMixed, isCut {
        choice = Mixup.cutmix(
          share: share, row: config["cy"].int ?? 0, column: config["cx"].int ?? 0, width: width, height: height)
      } else if isMixed {
        choice = .mixup(share: share)
      }
      let clips = Tensor(try file.floats("input.clip"), shape: Shape(shape))
      try check("output.clip", try mixup.clips(clips, choice).floats, shape: shape)
      try check("output.target", try mixup.targets(try file.ints("input.label"), choice).floats)
    }
  }

  @Test func batchesMixedInPairsAreTheReferences() throws {
    try Golden.each("videomae.mixup") { file, check in
      let config = file.config
      let shape = try file.shape("input.x")
      let clips = Tensor(try file.floats("input.x"), shape: Shape(shape))
      let labels = try file.ints("input.labels")
      let mixup = Mixup(
        classCount: try #require(config["num_classes"].int), labelSmoothing: try #require(config["smoothing"].double))
      let mixed = Mixup.Choice.mixup(share: try #require(config["mixup_lam"].double))
      try check("output.mixup_x", try mixup.clips(clips, mixed).floats, shape: shape)
      try check("output.mixup_target", try mixup.targets(labels, mixed).floats)
      let cut = Mixup.cutmix(
        share: try #require(config["cutmix_lam_drawn"].double), row: try #require(config["centre_y"].int),
        column: try #require(config["centre_x"].int), width: shape[shape.count - 1], height: shape[shape.count - 2])
      guard case .cutmix(let box, let share) = cut else { throw GoldenError("no box for CutMix") }
      try check("output.box", [box.top, box.top + box.height, box.left, box.left + box.width])
      try check("output.cutmix_lam", share)
      try check("output.cutmix_x", try mixup.clips(clips, cut).floats, shape: shape)
      try check("output.cutmix_target", try mixup.targets(labels, cut).floats)
      try check("output.onehot_smoothed", try mixup.targets(labels, .none).floats)
    }
  }

  @Test func drawsComeInTheReferencesOrder() {
    let mixup = Mixup(classCount: 3, probability: 0.9, switchProbability: 0.5)
    var none = RecordedDraws(0.95)
    #expect(mixup.choice(width: 8, height: 8, draws: &none) == .none)
    // Whether, how, two gamma draws of shape 1 (radius, angle, acceptance each), row, column.
    var cut = RecordedDraws(0.1, 0.2, 0.5, 0.25, 0.5, 0.5, 0.25, 0.5, 3, 4, integers: [8, 9])
    let choice = mixup.choice(width: 8, height: 8, draws: &cut)
    #expect(cut.isExhausted)
    // Equal gamma draws: a share of one half, a box of 5 by 5 whose half is 2.
    #expect(choice == .cutmix(CropBox(top: 1, left: 2, height: 4, width: 4), share: 0.75))
  }

  @Test(arguments: [0.8, 1, 2]) func sharesFollowTheBetaDistribution(alpha: Double) {
    let mixup = Mixup(classCount: 2, mixupAlpha: alpha, switchProbability: 0)
    let shares = (0..<20_000).map { sample in
      var draws = KeyedRandom(seed: 5, epoch: 0, sample: sample, stage: "mixup")
      return mixup.choice(width: 4, height: 4, draws: &draws).share
    }
    let mean = shares.reduce(0, +) / Double(shares.count)
    let variance = shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(shares.count)
    #expect(abs(mean - 0.5) < 0.008)
    #expect(abs(variance - 1 / (4 * (2 * alpha + 1))) < 0.003)
  }

  @Test func oddBatchesAndUnknownLabelsAreRefused() {
    let mixup = Mixup(classCount: 2)
    #expect(throws: AugmentError.self) { try mixup.clips(.zeros([3, 3, 1, 2, 2]), .mixup(share: 0.5)) }
    #expect(throws: AugmentError.self) { try mixup.targets([0, 2], .none) }
  }
}
