internal import SluiceFlow
internal import SluiceForward
internal import SluiceSamples
internal import SluiceTensor
internal import SluiceTokenize
internal import SluiceWords

/// A masked clip with the pixels of what is hidden, and its masked caption.
typealias MaskedPair = MaskedTextSample<MaskedSample<PixelTargets>>

extension Collate where Sample == MaskedPair, Batch == VideoTextBatch {
  /// Clips side by side, texts filled up to one width, and a draw for each pair, which belong to the first one's sample.
  /// - Parameters:
  ///   - padding: the word that texts are filled up with.
  ///   - width: that of the longest text if `nil`.
  init(padding: Int, to width: Int?) {
    self.init { pairs, context in
      let texts = PaddedTexts(padding: pairs.map(\.ids), with: padding, to: width)
      let hidden = HiddenWords(
        positions: pairs.enumerated().flatMap { row, pair in pair.hidden.map { row * texts.width + $0 } },
        ids: pairs.flatMap(\.words))
      var draws = context.random()
      return VideoTextBatch(
        video: try MaskedBatch(joining: pairs.map(\.sample), targets: CellValues(joining: pairs.map(\.sample))),
        texts: texts, words: hidden, draws: pairs.map { _ in draws.uniform() })
    }
  }
}

extension Collate where Sample == TextSample<Clip>, Batch == ClipTextBatch {
  /// Clips side by side, and texts filled up to one width.
  /// - Parameters:
  ///   - padding: the word that texts are filled up with.
  ///   - width: that of the longest text if `nil`.
  init(padding: Int, to width: Int?) {
    self.init { pairs, _ in
      ClipTextBatch(
        clips: try .stacked(pairs.map(\.sample.values)),
        texts: PaddedTexts(padding: pairs.map(\.ids), with: padding, to: width))
    }
  }
}

extension CellValues {
  /// The pixels of the hidden tokens of several clips, tokens counted on.
  fileprivate init(joining samples: [MaskedSample<PixelTargets>]) {
    let count = samples.first?.masked.mask.values.count ?? 0
    self.init(
      cells: samples.enumerated().flatMap { number, sample in sample.target.tokens.map { number * count + $0 } },
      values: .concatenated(samples.map(\.target.values), axis: 0))
  }
}
