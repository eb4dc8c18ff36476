public import SluiceFlow
public import SluiceText

/// Which of a sample's captions is read.
public enum CaptionSampling: String, Sendable, CaseIterable {
  /// The first of its list, always.
  case first
  /// One of them, drawn anew in each epoch.
  case random
}

/// Takes a sample's caption apart into the words of a vocabulary.
///
/// A caption that is longer is cut; an empty one is `[CLS] [SEP]`.
public struct Words<Sample: Captioned>: Stage, ByteBounded {
  public let tokenizer: WordPiece
  /// Which of several captions is read.
  public var sampling: CaptionSampling
  /// The most words of a text, `[CLS]` and `[SEP]` included.
  public var maximumLength: Int

  /// - Precondition: `maximumLength` is at least 2.
  public init(_ vocabulary: Vocabulary, sampling: CaptionSampling = .random, maximumLength: Int = 512) {
    precondition(maximumLength >= 2, "texts of \(maximumLength) words have no room for [CLS] and [SEP]")
    tokenizer = WordPiece(vocabulary)
    self.sampling = sampling
    self.maximumLength = maximumLength
  }

  /// The sample, and a number for each word.
  public func outputSize(of input: ElementSize) -> ElementSize {
    var size = input
    // Behind this stage hidden words are kept a second time, with their positions.
    size.bytes = input.bytes.map { $0 + 3 * maximumLength * MemoryLayout<Int>.stride }
    return size
  }

  /// - Throws: ``CaptionError`` if the sample has no caption.
  public func callAsFunction(_ sample: Sample, context: ElementContext) throws(CaptionError) -> TextSample<Sample> {
    let captions = sample.captions
    guard let first = captions.first else { throw CaptionError(context.identity) }
    var caption = first
    if sampling == .random, captions.count > 1 {
      var draws = context.random()
      caption = captions[draws.integer(in: 0...captions.count - 1)]
    }
    return TextSample(sample, ids: tokenizer.ids(of: caption, maximumLength: maximumLength))
  }
}

/// A sample without a caption.
public struct CaptionError: Error, Sendable, Equatable, CustomStringConvertible {
  public let description: String

  init(_ name: String) {
    description = "\(name): the clip has no caption. Take it off the list, or give it one; an empty one is enough"
  }
}
