import SluiceAugment
import SluiceFlow
import SluiceMask
import SluiceMedia
import SluiceSample
import SluiceSamples
import SluiceTensor
import SluiceTokenize
import TestSupport
import Testing

/// What a stage cannot do with a clip is said with what was found and what to change.
@Suite struct StageErrorTests {
  private func picture(_ width: Int, _ height: Int) -> VideoFrame {
    VideoFrame(
      width: width, height: height, layout: .gray, packed: [UInt8](repeating: 0, count: width * height))
  }

  private func augmented(_ frames: [VideoFrame], _ operations: AugmentOperation...) -> String {
    var augment = Augment()
    augment.operations = operations
    var worker = augment.makeWorker()
    let clip = DecodedClip(
      handle: ClipHandle(frames: NamedFrames(name: "a.mp4", frameCount: frames.count)), frames: frames)
    return sentence { _ = try augment(clip, worker: &worker, context: .sample(0)) }
  }

  @Test func clipsThatCannotBeAugmentedAreRefused() {
    #expect(augmented([], .centerCrop(8)) == "a.mp4: the clip has no frames")
    #expect(
      augmented([picture(16, 12), picture(12, 16)], .centerCrop(8))
        == "a.mp4: frame 1 of the clip is 12×16, the first is 16×12")
    #expect(
      augmented([picture(16, 12)], .centerCrop(14))
        == "a crop of 14×14 does not fit into 16×12. Put .shortSide before it, or crop less")
    #expect(
      augmented([picture(1, 3000)], .shortSide(256))
        == "a frame of 1×3000 would become 256×768000 with its shorter side resized, more than 67108864 pixels. Leave it out "
        + "of the list, or cut it first")
    #expect(
      augmented([picture(16, 12)], .longSideCrop(8, index: 3, of: 3))
        == "crop 3 of 3 along the longer side: there are crops 0 to 2")
    #expect(
      augmented([picture(16, 12)], .shortSide(8, resampling: .floatBilinear), .centerCrop(8))
        == "operation 2 of 2 works on bytes, but a resize in floats comes before it. Put it last")
    #expect(
      augmented([picture(16, 12)], .erase(), .centerCrop(8))
        == "operation 2 of 2 works on bytes, but erasing comes before it. Put it last")
  }

  @Test func batchesThatCannotBeMixedAreRefused() throws {
    func batch(_ count: Int, labels: [Int]? = nil) -> LabeledBatch {
      LabeledBatch(clips: .zeros([count, 3, 1, 4, 4]), labels: labels ?? [Int](repeating: 0, count: count))
    }
    let mix = Mix(Mixup(classCount: 2))
    let context = ElementContext.sample(0)
    #expect(
      sentence { _ = try mix(batch(3), context: context) }
        == "a batch of 3 clips cannot be mixed in pairs. Use an even batch size")
    #expect(
      sentence { _ = try mix(batch(2, labels: [0, 5]), context: context) }
        == "label 5 is none of 2 classes. Set classCount to the largest label + 1")
    let mixed = try mix(batch(2), context: context)
    #expect(
      sentence { _ = try mix(mixed, context: context) }
        == "sample 0: the batch has been mixed before. Mix a batch once")
  }

  @Test func clipsOfWhichNothingOrMoreThanAllWouldBeHiddenAreRefused() {
    #expect(
      sentence { _ = try CubeMask()(.blank(height: 100), context: .sample(0)) }.contains(
        "does not divide into tokens of 2 frames and 16×16 pixels. Crop to a multiple of the patch size and sample a "
          + "multiple of the tubelet size"))
    #expect(
      sentence { _ = try CubeMask(ratio: 0.4)(.blank(frames: 4), context: .sample(0)) }
        == "a mask ratio of 0.4 hides none of 2 time steps. Raise the ratio or use a longer or larger clip")
    #expect(
      sentence { _ = try TubeMask(ratio: 1.5)(.blank(), context: .sample(0)) }
        == "a mask ratio of 1.5 is not between 0 and 1")
  }

  @Test func samplesWithTooFewFramesAreRefused() {
    let handle = ClipHandle(frames: NamedFrames(name: "a.mp4", frameCount: 10))
    #expect(
      sentence { _ = try DenseFrames(count: 16)(handle, context: .sample(0)) }
        == "a.mp4: has 10 frames, a clip needs 16. Lower the count of the sampling stage or drop the sample")
    #expect(
      sentence { _ = try DenseFrames(count: 4, stride: 0)(handle, context: .sample(0)) }
        == "sampling with stride 0: 1...100000 is wanted")
  }

  @Test func clipsWithoutTargetsAreRefused() {
    let mask = TokenMask(steps: 1, rows: 2, columns: 2, values: [1, 0, 0, 0])
    func masked(_ frames: Int, _ side: Int) -> MaskedClip {
      let pixels = PixelClip(
        frameCount: frames, height: side, width: side, bytes: [UInt8](repeating: 0, count: frames * side * side * 3))
      return MaskedClip(clip: Clip(pixels: pixels, values: .zeros([3, 2, side, side])), mask: mask)
    }
    func target(_ target: HOGTarget, _ clip: MaskedClip) -> String {
      var worker = target.makeWorker()
      return sentence { _ = try target(clip, worker: &worker, context: .sample(0)) }
    }
    #expect(
      target(HOGTarget(), masked(2, 32))
        == "targets of the centers of cubes are asked, but the mask has no cubes. Use CubeMask, or targets of every step"
    )
    #expect(
      target(HOGTarget(.sobel, frames: .firstOfSteps), masked(2, 24))
        == "a crop of 24×24 has no whole number of 16×16 tokens. Crop to a multiple of 16")
    #expect(
      sentence { _ = try PixelTarget()(masked(0, 32), context: .sample(0)) }
        == "targets are computed from the 8-bit crop, which was not kept. Augment with keepsPixels: true")
    #expect(
      sentence { _ = try PixelTarget()(masked(2, 48), context: .sample(0)) }
        == "a mask of [1, 2, 2] tokens does not fit a clip of [3, 2, 48, 48]")
  }
}
