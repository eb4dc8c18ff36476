import SluicePlatform
import SluiceTensor
import Testing

@Suite struct BackwardTests {
  private static let names = ["a", "b", "c", "frozen"]

  private func parameters() -> [Parameter] {
    Self.names.map { Parameter($0, Tensor(random([6, 6], $0).floats, shape: [6, 6]), isFrozen: $0 == "frozen") }
  }

  /// Networks in which leaves are used once, several times, in recomputed parts, around them and in parts of parts.
  private static let networks: [@Sendable (_ x: Tensor, _ p: [Tensor]) -> Tensor] = [
    { x, p in x.linear(p[0], activation: .gelu).linear(p[1]) + p[2] },
    { x, p in x.linear(p[0]).linear(p[0]) + x.linear(p[1]) * p[0] * p[2] },
    { x, p in x.linear(p[0]).recomputed { $0.linear(p[1], activation: .gelu) }.linear(p[2]) },
    { x, p in
      var y = x.linear(p[2])
      for _ in 0..<3 { y = y.recomputed { $0.linear(p[0], activation: .gelu) + $0.linear(p[1]) } * 0.3 }
      return y.linear(p[0]) * p[2]
    },
    { x, p in
      x.recomputed { x in x.linear(p[0]).recomputed { $0.linear(p[1], activation: .gelu) }.linear(p[0]) } + p[1] * p[2]
    },
    { x, p in
      // Parts that read what was computed outside of them.
      let bias = p[0].linear(p[0], activation: .gelu)
      let y = x.linear(p[1]).recomputed { $0.linear(p[2]) + bias }
      return y.recomputed { $0 * bias }
    },
    { x, p in
      // A part without a trainable input, and one that hands on what it was not given.
      let y = x.recomputed { $0.linear(p[3]).linear(p[2]) }.linear(p[0])
      return y + y.recomputed { _ in p[1] }
    },
  ]

  @Test(arguments: 0..<7) func eachLeafIsDoneOnceAndItsGradientIsCompleteThen(_ number: Int) {
    let (wanted, watched) = (parameters(), parameters())
    let x = random([6, 6], "x")
    func loss(_ parameters: [Parameter]) -> Tensor {
      Self.networks[number](x, parameters.map(\.value)).sumOfAll()
    }
    for pass in 1...2 {
      // The second pass adds to what is there.
      loss(wanted).backward(scale: 0.5)
      var done: [String] = []
      var early: [[Float]?] = []
      loss(watched).backward(scale: 0.5) { parameter in
        done.append(parameter.name)
        early.append(parameter.gradient?.floats)
      }
      #expect(done.sorted() == ["a", "b", "c"], "once each, pass \(pass)")
      let last = Dictionary(uniqueKeysWithValues: watched.map { ($0.name, $0.gradient?.floats) })
      #expect(early == done.map { last[$0]! }, "nothing was added later, pass \(pass)")
      #expect(watched.map { $0.gradient?.floats } == wanted.map { $0.gradient?.floats })
    }
    #expect(watched[3].gradient == nil)
  }

  @Test(arguments: 0..<7) func gradientsOfNetworksEqualDifferences(_ number: Int) {
    let frozen = random([6, 6], "frozen")
    let inputs = ["x", "a", "b", "c"].map { random([6, 6], $0) }
    checkGradients(of: number == 6 ? Array(inputs.dropFirst()) : inputs, tolerance: 5e-3) { inputs in
      let x = number == 6 ? random([6, 6], "x") : inputs[0]
      return Self.networks[number](x, inputs.suffix(3) + [frozen])
    }
  }

  @Test func partsComputedAgainGiveTheSameBitsWhereLeavesAreShared() {
    func gradients(_ isRecomputed: Bool) -> [[Float]?] {
      let p = parameters()
      for pass in 0..<2 {
        var y = random([6, 6], "x \(pass)")
        for _ in 0..<3 {
          let part: @Sendable (Tensor) -> Tensor = { [a = p[0].value, b = p[1].value] in
            $0.linear(a, activation: .gelu) + $0.linear(b) * a
          }
          y = isRecomputed ? y.recomputed(part) : part(y)
        }
        y.linear(p[0].value).sumOfAll().backward()
      }
      return p.map { $0.gradient?.floats }
    }
    #expect(gradients(true) == gradients(false))
  }

  @Test func leavesAreDoneWhileTheRestIsStillOnItsWay() {
    let p = parameters()
    let order = Lock<[String]>([])
    var y = random([6, 6], "x")
    for index in 0..<3 {
      y = y.recomputed { [leaf = p[index]] in
        order.withLock { $0.append("run \(leaf.name)") }
        return $0.linear(leaf.value)
      }
    }
    order.withLock { $0 = [] }
    y.sumOfAll().backward { parameter in order.withLock { $0.append("done \(parameter.name)") } }
    // The first part has no input that wants a gradient, yet its own leaf does.
    #expect(order.withLock { $0 } == ["run c", "done c", "run b", "done b", "run a", "done a"])
  }

  @Test func severalRootsShareTheirWayBack() {
    func twoTowers(_ p: [Parameter]) -> (Tensor, Tensor) {
      let shared = random([6, 6], "x").linear(p[0].value, activation: .gelu)
      return (shared.linear(p[1].value), shared.recomputed { $0.linear(p[2].value) })
    }
    let (first, second) = (random([6, 6], "u"), random([6, 6], "v"))
    let (alone, together) = (parameters(), parameters())
    let towers = twoTowers(alone)
    (towers.0 * first + towers.1 * second).sumOfAll().backward()
    let roots = twoTowers(together)
    var done: Set<String> = []
    Tensor.backward(from: [(roots.0, first), (roots.1, second)]) { done.insert($0.name) }
    #expect(done == ["a", "b", "c"])
    for (one, other) in zip(alone, together) where !one.isFrozen {
      #expect(relativeError(other.gradient!, one.gradient!) < 1e-5, "\(one.name)")
    }
  }

  @Test func aRootMayBeComputedFromAnotherOrBeALeaf() {
    let p = parameters()
    let inner = random([6, 6], "x").linear(p[0].value)
    let outer = inner.linear(p[1].value)
    let ones = Tensor.full([6, 6], 1)
    var done: [String] = []
    Tensor.backward(from: [(inner, ones), (outer, ones), (p[2].value, ones), (p[2].value, ones)]) {
      done.append($0.name)
    }
    #expect(done.sorted() == ["a", "b", "c"])
    #expect(p[2].gradient?.floats == [Float](repeating: 2, count: 36))
    let q = parameters()
    let again = random([6, 6], "x").linear(q[0].value)
    (again + again.linear(q[1].value)).sumOfAll().backward()
    #expect(relativeError(p[0].gradient!, q[0].gradient!) < 1e-5)
    #expect(relativeError(p[1].gradient!, q[1].gradient!) < 1e-5)
  }

  @Test func aPartWithoutTrainableParametersIsNotRecorded() {
    let p = parameters()
    let result = random([6, 6], "x").recomputed { $0.linear(p[3].value) }
    #expect(!result.requiresGradient)
    #expect(random([6, 6], "x").recomputed { $0.linear(p[0].value) }.requiresGradient)
  }
}
