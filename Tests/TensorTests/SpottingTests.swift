import SluiceTensor
import Testing

/// Concept spotting beside plain loops, and its gradients beside central differences of those loops in double precision.
@Suite struct SpottingTests {
  struct Sizes: Sendable {
    let videos: Int
    let frames: Int
    let texts: Int
    let words: Int
    let width: Int

    init(_ videos: Int, _ frames: Int, _ texts: Int, _ words: Int, _ width: Int) {
      (self.videos, self.frames, self.texts, self.words, self.width) = (videos, frames, texts, words, width)
    }
  }

  /// Rows of length 1: frames, words and texts.
  private func inputs(_ sizes: Sizes) -> [Tensor] {
    [
      random([sizes.videos, sizes.frames, sizes.width], "frames").dividedByLength(),
      random([sizes.texts, sizes.words, sizes.width], "words").dividedByLength(),
      random([sizes.texts, sizes.width], "texts").dividedByLength(),
    ]
  }

  /// The definition: how much each frame counts `[B, A, T]`, and the scores `[B, A]`.
  private func oracle(
    _ sizes: Sizes, _ inputs: [[Double]], temperature: Double
  ) -> (saliency: [Double], scores: [Double]) {
    let width = sizes.width
    func row(_ tensor: Int, _ index: Int) -> ArraySlice<Double> { inputs[tensor][index * width..<(index + 1) * width] }
    func dot(_ one: ArraySlice<Double>, _ other: ArraySlice<Double>) -> Double {
      zip(one, other).reduce(0) { $0 + $1.0 * $1.1 }
    }
    var (saliency, scores): ([Double], [Double]) = ([], [])
    for video in 0..<sizes.videos {
      let frames = (0..<sizes.frames).map { row(0, video * sizes.frames + $0) }
      for text in 0..<sizes.texts {
        var shares = [Double](repeating: 0, count: sizes.frames)
        for word in 0..<sizes.words {
          let own = row(1, text * sizes.words + word)
          let logits = frames.map { dot(own, $0) / temperature }
          let largest = logits.max()!
          let powers = logits.map { exponential($0 - largest) }
          let sum = powers.reduce(0, +)
          for frame in shares.indices { shares[frame] += powers[frame] / sum / Double(sizes.words) }
        }
        saliency += shares
        scores.append(zip(shares, frames).reduce(0) { $0 + $1.0 * dot($1.1, row(2, text)) })
      }
    }
    return (saliency, scores)
  }

  @Test(arguments: [
    Sizes(1, 1, 1, 1, 1), Sizes(2, 3, 4, 5, 8), Sizes(3, 8, 2, 77, 16), Sizes(1, 16, 3, 7, 33), Sizes(4, 1, 5, 2, 4),
  ])
  func scoresAndSharesEqualTheirDefinition(_ sizes: Sizes) {
    let inputs = self.inputs(sizes)
    for temperature in [Float(0.01), 0.3] {
      let wanted = oracle(sizes, inputs.map { $0.floats.map(Double.init) }, temperature: Double(temperature))
      let scores = inputs[0].spotted(words: inputs[1], texts: inputs[2], temperature: temperature)
      #expect(scores.shape == [sizes.videos, sizes.texts])
      #expect(relativeError(scores.floats, wanted.scores) < 2e-5)
      let saliency = inputs[0].saliency(words: inputs[1], temperature: temperature)
      #expect(saliency.shape == [sizes.videos, sizes.texts, sizes.frames])
      #expect(relativeError(saliency.floats, wanted.saliency) < 2e-5)
      for precision in Precision.allCases {
        // In single precision, whatever products are computed in.
        Compute.current.with(precision).run {
          #expect(
            inputs[0].spotted(words: inputs[1], texts: inputs[2], temperature: temperature).floats == scores.floats)
        }
      }
    }
  }

  @Test(arguments: [Sizes(2, 3, 4, 5, 8), Sizes(1, 8, 2, 7, 6), Sizes(3, 1, 2, 3, 4)], [0.01, 0.3])
  func gradientsEqualCentralDifferences(_ sizes: Sizes, _ temperature: Double) {
    let tensors = self.inputs(sizes)
    let parameters = tensors.enumerated().map { Parameter("\($0)", Tensor($1.floats, shape: $1.shape)) }
    let scores = parameters[0].value.spotted(
      words: parameters[1].value, texts: parameters[2].value, temperature: Float(temperature))
    let upper = random(scores.shape, "upper")
    scores.backward(from: upper)
    let weights = upper.floats.map(Double.init)
    var numbers = tensors.map { $0.floats.map(Double.init) }
    func value() -> Double {
      zip(oracle(sizes, numbers, temperature: temperature).scores, weights).reduce(0) { $0 + $1.0 * $1.1 }
    }
    for (index, parameter) in parameters.enumerated() {
      let found = parameter.gradient!.floats
      let wanted = numbers[index].indices.map { place in
        let (step, own) = (1e-6, numbers[index][place])
        numbers[index][place] = own + step
        let high = value()
        numbers[index][place] = own - step
        let low = value()
        numbers[index][place] = own
        return (high - low) / (2 * step)
      }
      // Of a single frame the words say nothing: all of it is rounding.
      if sizes.frames == 1, index == 1 {
        #expect(found.allSatisfy { abs($0) < 1e-5 })
      } else {
        #expect(relativeError(found, wanted) < 2e-4, "input \(index)")
      }
    }
  }

  @Test func gradientsThatNobodyWantsAreNotMade() {
    let sizes = Sizes(2, 3, 4, 5, 8)
    let tensors = self.inputs(sizes)
    var all: [[Float]] = []
    for wanted in [[0, 1, 2], [0], [1], [2], [0, 2]] {
      let parameters = tensors.enumerated().map {
        Parameter("\($0)", Tensor($1.floats, shape: $1.shape), isFrozen: !wanted.contains($0))
      }
      parameters[0].value.spotted(words: parameters[1].value, texts: parameters[2].value).sumOfAll().backward()
      if wanted.count == 3 { all = parameters.map { $0.gradient!.floats } }
      for index in 0..<3 {
        #expect(parameters[index].gradient?.floats == (wanted.contains(index) ? all[index] : nil))
      }
    }
  }

  /// More scores than a block has: 60 texts of 77 words beside 1024 frames.
  @Test func blocksOfTextsGiveWhatEachTextGivesAlone() {
    let sizes = Sizes(64, 16, 60, 77, 4)
    let inputs = self.inputs(sizes)
    let parameters = inputs.map { Parameter("x", Tensor($0.floats, shape: $0.shape)) }
    let scores = parameters[0].value.spotted(
      words: parameters[1].value, texts: parameters[2].value, temperature: 0.3)
    scores.sumOfAll().backward()
    let whole = scores.floats
    for text in [0, 1, 52, 53, 54, 59] {
      let (words, own) = (inputs[1].slice(text..<text + 1, axis: 0), inputs[2].slice(text..<text + 1, axis: 0))
      let alone = Parameter("words", Tensor(words.floats, shape: words.shape))
      let column = inputs[0].spotted(words: alone.value, texts: own, temperature: 0.3)
      #expect(relativeError((0..<64).map { whole[$0 * 60 + text] }, column.floats.map(Double.init)) < 1e-5)
      column.sumOfAll().backward()
      let found = parameters[1].gradient!.slice(text..<text + 1, axis: 0)
      #expect(relativeError(found, alone.gradient!) < 1e-4, "text \(text)")
    }
  }

  @Test func resultsDoNotDependOnTheNumberOfThreads() {
    let inputs = self.inputs(Sizes(16, 8, 12, 77, 32))
    let results = [1, 2, 3].map { threads in
      Compute(threadCount: threads).run {
        let parameters = inputs.map { Parameter("x", Tensor($0.floats, shape: $0.shape)) }
        let scores = parameters[0].value.spotted(words: parameters[1].value, texts: parameters[2].value)
        scores.backward(from: random(scores.shape, "upper"))
        return [scores.floats] + parameters.map { $0.gradient!.floats }
      }
    }
    #expect(results[0] == results[1])
    #expect(results[0] == results[2])
  }
}
