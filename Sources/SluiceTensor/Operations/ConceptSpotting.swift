extension Tensor {
  /// How well videos fit texts by the frames that the texts' words are about: each of these frames `[B, T, D]` counts as much
  /// as the words say.
  ///
  /// For a text the frames' shares are the mean over its words of `softmax(word · frame / temperature)` over the frames; the
  /// score is the sum of shares times `text · frame`. Shares exist for a few texts at a time and are recomputed on the way
  /// back. In single precision, whatever products are computed in.
  /// - Parameters:
  ///   - words: `[A, W, D]`; all of a text's count alike.
  ///   - texts: `[A, D]`.
  ///   - temperature: above 0; the smaller, the more a word's nearest frame counts.
  /// - Returns: `[B, A]`. Rows of length 1 give scores in −1…1.
  /// - Source: Wu et al., "Bidirectional cross-modal knowledge exploration for video recognition with pre-trained
  ///   vision-language models", CVPR 2023, section 3.3.
  public func spotted(words: Tensor, texts: Tensor, temperature: Float = 0.01) -> Tensor {
    let (frames, words, texts) = (floating, words.floating, texts.floating)
    let plan = SpottingPlan(frames: frames.shape, words: words.shape, temperature)
    require(
      texts.shape == [plan.texts, plan.width],
      ShapeError("spotted", [frames.shape, words.shape, texts.shape], "the last is to have a row for each text"))
    let timer = OperationTimer.start()
    let result = plan.scores(frames.detached, words.detached, texts.detached)
    timer?.stop("spotting", operations: plan.operations)
    return result.recorded("spotting", [frames, words, texts]) {
      [
        needs = (frames.node != nil, words.node != nil, texts.node != nil), frames = frames.detached,
        words = words.detached, texts = texts.detached
      ] gradient in
      let slopes = SpottingPlan.Slopes(
        frames: needs.0 ? Tensor.zeros(frames.shape) : nil, words: needs.1 ? Tensor.zeros(words.shape) : nil,
        texts: needs.2 ? Tensor.zeros(texts.shape) : nil)
      plan.backward(frames, words, texts, gradient.floating, into: slopes)
      return [slopes.frames, slopes.words, slopes.texts]
    }
  }

  /// How much each of these frames `[B, T, D]` counts for each text, as ``spotted(words:texts:temperature:)`` has it; without a
  /// gradient.
  /// - Returns: `[B, A, T]`; the shares of a video's frames sum to 1 for each text.
  public func saliency(words: Tensor, temperature: Float = 0.01) -> Tensor {
    let (frames, words) = (floating.detached, words.floating.detached)
    let plan = SpottingPlan(frames: frames.shape, words: words.shape, temperature)
    let timer = OperationTimer.start()
    let result = plan.saliency(frames, words)
    timer?.stop("saliency", operations: plan.operations)
    return result
  }
}
