import SluiceAugment
import SluiceDecode
import SluiceFlow
import SluiceMask
import SluiceSample
import SluiceSamples
import SluiceTokenize
import Testing

@Suite struct ElementSizeTests {
  private func decoded(pictureBytes: Int?) -> ElementSize {
    var handle = ElementSize(bytes: 1000)
    handle.pictureBytes = pictureBytes
    return Decode().outputSize(of: DenseFrames(count: 16).outputSize(of: handle))
  }

  @Test func aDecodedClipHoldsItsPicturesAndThoseOfTheDecoder() {
    #expect(decoded(pictureBytes: 100).bytes == 1000 + 16 * 100 + 17 * 100)
    #expect(decoded(pictureBytes: nil).bytes == nil)
  }

  @Test func sizesFollowFromCropTokensAndTargets() {
    let clip = Augment(.resizedCrop(224), .flip).outputSize(of: decoded(pictureBytes: nil))
    let pixels = 16 * 224 * 224
    #expect(clip.bytes == pixels * (3 * 4 + 3))
    #expect(
      Augment(.resizedCrop(224), keepsPixels: false).outputSize(of: decoded(pictureBytes: 9)).bytes == pixels * 12)
    let masked = CubeMask().outputSize(of: clip)
    #expect(masked.bytes == pixels * 15 + 8 * 14 * 14)
    #expect(HOGTarget().outputSize(of: masked).bytes == pixels * 15 + 8 * 14 * 14 + 16 * 28 * 28 * 27 * 4)
    #expect(PixelTarget().outputSize(of: masked).bytes == pixels * 15 + 8 * 14 * 14 + pixels * 12)
  }

  @Test func picturesOfNoStatedSizeAreOfUnknownSize() {
    #expect(Augment(.flip).outputSize(of: decoded(pictureBytes: 100)).bytes == nil)
    #expect(Augment(.shortSide(256)).outputSize(of: decoded(pictureBytes: 100)).bytes == nil)
  }
}
