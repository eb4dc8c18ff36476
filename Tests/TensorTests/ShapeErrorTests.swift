import SluicePlatform
import SluiceTensor
import Testing

/// Shapes that do not fit are a programmer's mistake: each operation stops the program with both shapes and what was
/// wanted, in release builds too.
@Suite struct ShapeErrorTests {
  struct Mistake: Sendable {
    let sentence: String
    let body: @Sendable () -> Void

    init(_ sentence: String, _ body: @escaping @Sendable () -> Void) {
      self.sentence = sentence
      self.body = body
    }
  }

  private static func zeros(_ shape: Shape) -> Tensor { .zeros(shape) }

  private static func parameter(_ shape: Shape) -> Parameter { Parameter("w", .zeros(shape)) }

  static let mistakes: [Mistake] = [
    Mistake("+: [2, 3] × [2]: extents from the last on must be equal or 1") { _ = zeros([2, 3]) + zeros([2]) },
    Mistake("linear: [2, 3] × [4, 5]: the last extents, inputs, differ") { _ = zeros([2, 3]).linear(zeros([4, 5])) },
    Mistake("linear: [4, 3] × [3]: the bias must have one number for each output") {
      _ = zeros([2, 3]).linear(zeros([4, 3]), bias: zeros([3]))
    },
    Mistake("matmul: [2, 3] × [2, 3]: the inner or the leading extents differ") {
      _ = zeros([2, 3]).matmul(zeros([2, 3]))
    },
    Mistake("concatenated: [2, 3] × [2, 4]: extents differ elsewhere than along axis 0") {
      _ = Tensor.concatenated([zeros([2, 3]), zeros([2, 4])], axis: 0)
    },
    Mistake("rearranged: [2, 3, 4]: wanted [B, 2, D]") {
      _ = zeros([2, 3, 4]).rearranged(by: TokenMap([1, 0], sourceCount: 2))
    },
    Mistake("TokenMap: [2]: token 1 is outside, or comes twice") { _ = TokenMap([1, 1], sourceCount: 2) },
    Mistake("slice: [2, 3]: 1..<5 is outside axis 1") { _ = zeros([2, 3]).slice(1..<5, axis: 1) },
    Mistake("permute: [2, 3]: [0, 0] does not name each of the axes once") { _ = zeros([2, 3]).permuted(0, 0) },
    Mistake("reshape: [2, 3] × [4]: 6 elements cannot become 4") { _ = zeros([2, 3]).reshaped(4) },
    Mistake("rows(at:): [2, 3]: there is no row 2") { _ = zeros([2, 3]).rows(at: [0, 2]) },
    Mistake("tokens(at:): [2, 3, 4]: 2 lists, each as long as the first, 1; one a sample") {
      _ = zeros([2, 3, 4]).tokens(at: [[0], [0, 1]])
    },
    Mistake("scattered: [2, 3]: wanted one number below 4 for each of the rows") {
      _ = zeros([2, 3]).scattered(to: [0, 4], count: 4)
    },
    Mistake("replacing: [1, 2, 3] × [4]: wanted one mark (2) for each token and a token as wide") {
      _ = zeros([1, 2, 3]).replacing([0, 1], with: zeros([4]))
    },
    Mistake("layerNorm: [2, 3] × [2] × [3]: weight and bias must have one number for each column") {
      _ = zeros([2, 3]).layerNorm(zeros([2]), zeros([3]), epsilon: 1e-6)
    },
    Mistake("cosines: [2, 3] × [2, 4]: wanted [n, D] and [m, D]") { _ = zeros([2, 3]).cosines(with: zeros([2, 4])) },
    Mistake("spotting: [2, 3, 4] × [5, 6, 7]: wanted are [B, T, D] and [A, W, D]") {
      _ = zeros([2, 3, 4]).saliency(words: zeros([5, 6, 7]))
    },
    Mistake("spotted: [2, 3, 4] × [5, 6, 4] × [6, 4]: the last is to have a row for each text") {
      _ = zeros([2, 3, 4]).spotted(words: zeros([5, 6, 4]), texts: zeros([6, 4]))
    },
    Mistake("divergence: [2, 3] × [3, 2]: wanted are two equal matrices with rows and columns") {
      _ = zeros([2, 3]).divergence(from: zeros([3, 2]))
    },
    Mistake("scaled: [2, 3]: wanted one factor (3) a sample") { _ = zeros([2, 3]).scaled(bySample: [1, 1, 1]) },
    Mistake("dropout: [2, 3]: wanted one generator per sample") {
      var draws = [KeyedRandom(seed: 1, epoch: 0, sample: 0, stage: "x")]
      _ = zeros([2, 3]).dropout(rate: 0.5, draws: &draws)
    },
    Mistake("loss: [2, 3] × [2, 3]: shapes must agree; 1 weights for 2 rows") {
      _ = zeros([2, 3]).loss(to: zeros([2, 3]), rowWeights: [1])
    },
    Mistake("crossEntropy: [2, 3]: wanted one label in 0 ..< 3 for each of 2 rows") {
      _ = zeros([2, 3]).crossEntropy(labels: [0, 3])
    },
    Mistake("crossEntropy: [2, 3] × [2, 4]: shapes differ") { _ = zeros([2, 3]).crossEntropy(target: zeros([2, 4])) },
    Mistake(
      "attention: [1, 2, 4] × [1, 3, 6] × [1, 3, 6]: wanted [B, N, D], [B, M, D], [B, M, D] with D divisible by 2 heads"
    ) {
      _ = Tensor.attention(queries: zeros([1, 2, 4]), keys: zeros([1, 3, 6]), values: zeros([1, 3, 6]), headCount: 2)
    },
    Mistake("selfAttention: [1, 2, 8]: wanted [B, N, 3 × D] with D divisible by 2 heads") {
      _ = Tensor.selfAttention(packed: zeros([1, 2, 8]), headCount: 2)
    },
    Mistake("a bias or mask has the scores' shape, or its first two extents divide theirs") {
      _ = Tensor.selfAttention(packed: zeros([1, 2, 12]), headCount: 2, bias: zeros([1, 2, 2, 3]))
    },
    Mistake(
      "convolvedToTokens: [1, 3, 2, 4] × [8, 3, 1, 2, 2] × []: wanted [B, C, T, H, W], [D, C, kernel [1, 2, 2]] and [D]"
    ) {
      _ = zeros([1, 3, 2, 4]).convolvedToTokens(
        zeros([8, 3, 1, 2, 2]), window: SlidingWindow(kernel: [1, 2, 2], stride: [1, 2, 2], padding: [0, 0, 0]))
    },
    Mistake(
      "convolvedCells: [1, 6, 4] × [8, 4, 2, 2] × []: wanted [B, 2 · 3, C], [D, C, k, k] with an odd k, and [D]"
    ) {
      _ = zeros([1, 6, 4]).convolvedCells(zeros([8, 4, 2, 2]), height: 2, width: 3)
    },
    Mistake(
      "depthwiseConvolution: [1, 5, 4] × [3, 1, 1, 1, 1]: wanted [B, 1 + tokens of the grid [1, 2, 2], D] and [d, 1, kernel"
    ) {
      _ = zeros([1, 5, 4]).depthwiseConvolution(
        zeros([3, 1, 1, 1, 1]), grid: [1, 2, 2],
        window: SlidingWindow(kernel: [1, 1, 1], stride: [1, 1, 1], padding: [0, 0, 0]), leading: 1)
    },
    Mistake("maxPooled: [1, 6, 4]: wanted [B, 1 + tokens of the grid [1, 2, 2], D]") {
      _ = zeros([1, 6, 4]).maxPooled(
        grid: [1, 2, 2], window: SlidingWindow(kernel: [1, 1, 1], stride: [1, 1, 1], padding: [0, 0, 0]), leading: 1)
    },
    Mistake("backward: [2] × [3]: gradient and tensor differ") {
      parameter([2]).value.activated(.gelu).backward(from: zeros([3]))
    },
    Mistake("update of w: [2] × [3] × [2] × [2]: shapes differ") {
      parameter([2]).update(
        AdamWUpdate(rate: 1, weightDecay: 0, count: 1), gradient: zeros([3]), first: parameter([2]),
        second: parameter([2]))
    },
    Mistake("update of w: [2] × [2] × [3]: shapes differ") {
      parameter([2]).update(
        SGDUpdate(rate: 1, weightDecay: 0, momentum: 0.9, isFirst: true), gradient: zeros([2]),
        velocity: parameter([3]))
    },
    Mistake("average of w: [2] × [3]: average and target differ") { parameter([2]).move(toward: zeros([3]), by: 0.1) },
  ]

  @Test(arguments: mistakes.indices) func anOperationOnShapesThatDoNotFitStopsWithBoth(number: Int) async throws {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [number] in
      ShapeErrorTests.mistakes[number].body()
    }
    let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
    #expect(text.contains(Self.mistakes[number].sentence), "\(text)")
  }
}
