import SluiceNN
import SluicePlatform
import SluiceTensor
import Testing

/// A batch that goes through a network in parts: the same decisions, results and gradients as all at once.
@Suite struct ForwardPartsTests {
  private struct Failure: Error {}

  /// Two layers with dropout and stochastic depth between them.
  private struct Network: Sendable {
    let parameters = ParameterStore()
    private let layers: [Linear]

    init() {
      let scope = ParameterScope(parameters)
      layers = (0..<2).map { Linear(scope["layer.\($0)"], inputs: 6, outputs: 6, weight: .normal(0.5)) }
      parameters.initialize(seed: 3)
    }

    func callAsFunction(_ rows: Tensor, _ pass: ForwardPass) -> Tensor {
      let hidden = pass.block(rows) { [layers] rows, pass in
        rows + pass.dropPath(pass.dropout(layers[0](rows, activation: .quickGELU), rate: 0.3), rate: 0.4)
      }
      return layers[1](pass.dropout(hidden, rate: 0.2))
    }
  }

  private let input = Tensor((0..<66).map { Float($0 * 37 % 29) / 14 - 1 }, shape: [11, 6])

  /// The result, and the gradients of the parameters.
  private func run(_ size: Int, _ pass: ForwardPass) throws -> (rows: [Float], gradients: [[Float]], after: [Float]) {
    let network = Network()
    let rows = try pass.inParts(of: size, samples: 11) { [input] samples, pass in
      network(input.slice(samples, axis: 0), pass)
    }
    rows.backward(from: Tensor((0..<66).map { Float($0 % 7) - 3 }, shape: [11, 6]))
    // What is drawn behind the parts is what would be drawn behind all.
    let after = pass.dropout(.full([9], 1), rate: 0.5).floats
    return (rows.floats, network.parameters.parameters.map { $0.gradient!.floats }, after)
  }

  private func pass(_ kind: Int, recomputes: Bool = false) -> ForwardPass {
    let random = KeyedRandom(seed: 8, epoch: 1, sample: 4, stage: "forward")
    switch kind {
    case 0: return .evaluation
    case 1: return ForwardPass(random: random, recomputesBlocks: recomputes)
    default:
      let stream = Lock(random)
      return ForwardPass(recomputesBlocks: recomputes) { count in
        stream.withLock { stream in (0..<count).map { _ in Float(stream.uniform()) } }
      }
    }
  }

  @Test(arguments: [0, 1, 2], [1, 2, 3, 4, 10, 11, 50])
  func partsGiveWhatTheWholeGives(_ kind: Int, _ size: Int) throws {
    let whole = try run(0, pass(kind))
    for recomputes in [false, true] {
      let parts = try run(size, pass(kind, recomputes: recomputes))
      #expect(parts.after == whole.after)
      for (found, wanted) in zip([parts.rows] + parts.gradients, [whole.rows] + whole.gradients) {
        let scale = wanted.reduce(0) { max($0, abs($1)) }
        #expect(zip(found, wanted).allSatisfy { abs($0 - $1) <= 1e-5 * scale })
      }
    }
  }

  @Test(arguments: [0, 1, 2, 3]) func decisionsAboutAllSamplesAreSharedByParts(_ size: Int) throws {
    let seen = Lock<[(Range<Int>, [[Float]])]>([])
    _ = try pass(1).inParts(of: size, samples: 3) { samples, pass in
      let draws = [
        pass.draw(samples.count * 4), pass.draw(5, isPerSample: false), pass.draw(samples.count * 2),
      ]
      seen.withLock { $0.append((samples, draws)) }
      return .zeros([samples.count, 1])
    }
    let pass = self.pass(1)
    let whole = [pass.draw(12), pass.draw(5, isPerSample: false), pass.draw(6)]
    let parts = seen.withLock { $0 }
    #expect(parts.count == (size == 1 ? 3 : size == 2 ? 2 : 1))
    for (samples, draws) in parts {
      #expect(draws[0] == Array(whole[0][samples.lowerBound * 4..<samples.upperBound * 4]))
      #expect(draws[1] == whole[1])
      #expect(draws[2] == Array(whole[2][samples.lowerBound * 2..<samples.upperBound * 2]))
    }
  }

  /// A part keeps nothing: it runs again when its gradient is wanted, once.
  @Test func partsAreRecomputedForTheirGradients() throws {
    let weight = Parameter("w", Tensor([2], shape: [1]))
    let seen = Lock<[Range<Int>]>([])
    let rows = try ForwardPass.evaluation.inParts(of: 2, samples: 5) { samples, _ in
      seen.withLock { $0.append(samples) }
      return Tensor.full([samples.count, 1], 1) * weight.value
    }
    #expect(seen.withLock { $0 } == [0..<2, 2..<4, 4..<5])
    rows.sumOfAll().backward()
    #expect(weight.gradient?.scalar == 5)
    #expect(seen.withLock { $0 }.dropFirst(3).sorted { $0.lowerBound < $1.lowerBound } == [0..<2, 2..<4, 4..<5])
    // Where no gradient is wanted nothing runs twice.
    seen.withLock { $0 = [] }
    _ = try withoutGradients {
      try ForwardPass.evaluation.inParts(of: 2, samples: 5) { samples, _ in
        seen.withLock { $0.append(samples) }
        return Tensor.full([samples.count, 1], 1) * weight.value
      }
    }
    #expect(seen.withLock { $0.count } == 3)
  }

  @Test func whatAPartThrowsIsThrown() {
    #expect(throws: Failure.self) {
      try ForwardPass.evaluation.inParts(of: 1, samples: 3) { samples, _ in
        if samples.lowerBound == 1 { throw Failure() }
        return .zeros([1, 1])
      }
    }
  }

  @Test func wordsOfAGeneratorCanBeLeftOut() {
    for first in 0..<4 {
      for skipped in [0, 1, 2, 3, 7, 100] {
        var (one, other) = (KeyedRandom(seed: 1, epoch: 0, sample: 0, stage: "x"), pair)
        for _ in 0..<first { _ = (one.next(), other.next()) }
        for _ in 0..<skipped { _ = one.next() }
        other.skip(skipped)
        #expect((0..<5).map { _ in one.next() } == (0..<5).map { _ in other.next() })
      }
    }
  }

  private var pair: KeyedRandom { KeyedRandom(seed: 1, epoch: 0, sample: 0, stage: "x") }
}
