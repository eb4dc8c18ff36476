public import SluiceSamples

/// A sample that carries sentences about itself.
public protocol Captioned: Sendable {
  /// Sentences that describe the sample, in the order of its list.
  var captions: [String] { get }
}

extension Clip: Captioned {}

extension MaskedClip: Captioned {
  public var captions: [String] { clip.captions }
}

extension MaskedSample: Captioned {
  public var captions: [String] { masked.captions }
}
