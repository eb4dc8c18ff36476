import SluiceTensor
import Testing

@Suite struct UpdateTests {
  @Test func adamWEqualsItsDefinition() {
    let count = 100_003
    let (p, m, v) = (random([count], "p"), random([count], "m"), random([count], "v") * random([count], "v"))
    let gradient = random([count], "g")
    let parameter = Parameter("p", Tensor(p.floats, shape: p.shape))
    let (first, second) = (
      Parameter("m", Tensor(m.floats, shape: m.shape)), Parameter("v", Tensor(v.floats, shape: v.shape))
    )
    let step = AdamWUpdate(rate: 1e-2, weightDecay: 0.1, count: 3, scale: 0.5)
    parameter.update(step, gradient: gradient, first: first, second: second)
    var wanted: ([Double], [Double], [Double]) = ([], [], [])
    let (ps, ms, vs, gs) = (p.floats, m.floats, v.floats, gradient.floats)
    for index in 0..<count {
      let g = Double(gs[index]) * 0.5
      let mean = 0.9 * Double(ms[index]) + 0.1 * g
      let square = 0.999 * Double(vs[index]) + 0.001 * g * g
      let change = mean / (1 - 0.9 * 0.9 * 0.9) / ((square / (1 - 0.999 * 0.999 * 0.999)).squareRoot() + 1e-8)
      wanted.0.append(Double(ps[index]) * (1 - 1e-3) - 1e-2 * change)
      wanted.1.append(mean)
      wanted.2.append(square)
    }
    #expect(relativeError(parameter.value.floats, wanted.0) < 1e-6)
    #expect(relativeError(first.value.floats, wanted.1) < 1e-6)
    #expect(relativeError(second.value.floats, wanted.2) < 1e-6)
  }

  @Test func plainAdamEqualsItsDefinition() {
    let count = 100_003
    let (p, m, v) = (random([count], "p"), random([count], "m"), random([count], "v") * random([count], "v"))
    let gradient = random([count], "g")
    let parameter = Parameter("p", Tensor(p.floats, shape: p.shape))
    let (first, second) = (
      Parameter("m", Tensor(m.floats, shape: m.shape)), Parameter("v", Tensor(v.floats, shape: v.shape))
    )
    var step = AdamWUpdate(rate: 1e-2, weightDecay: 0, count: 3, scale: 0.5)
    step.gradientDecay = 0.2
    parameter.update(step, gradient: gradient, first: first, second: second)
    var wanted: ([Double], [Double], [Double]) = ([], [], [])
    let (ps, ms, vs, gs) = (p.floats, m.floats, v.floats, gradient.floats)
    for index in 0..<count {
      let g = Double(gs[index]) * 0.5 + 0.2 * Double(ps[index])
      let mean = 0.9 * Double(ms[index]) + 0.1 * g
      let square = 0.999 * Double(vs[index]) + 0.001 * g * g
      let change = mean / (1 - 0.9 * 0.9 * 0.9) / ((square / (1 - 0.999 * 0.999 * 0.999)).squareRoot() + 1e-8)
      wanted.0.append(Double(ps[index]) - 1e-2 * change)
      wanted.1.append(mean)
      wanted.2.append(square)
    }
    // Where moment and root nearly vanish, a rounding of either shows.
    #expect(relativeError(parameter.value.floats, wanted.0) < 1e-5)
    #expect(relativeError(first.value.floats, wanted.1) < 1e-6)
    #expect(relativeError(second.value.floats, wanted.2) < 1e-6)
  }

  @Test(arguments: [true, false]) func momentumEqualsItsDefinition(_ nesterov: Bool) {
    let (p, u, g) = (random([1001], "p"), random([1001], "u"), random([1001], "g"))
    let parameter = Parameter("p", Tensor(p.floats, shape: p.shape))
    let velocity = Parameter("u", Tensor(u.floats, shape: u.shape))
    let step = SGDUpdate(rate: 0.1, weightDecay: 0.01, momentum: 0.9, isNesterov: nesterov, isFirst: false)
    parameter.update(step, gradient: g, velocity: velocity)
    let (ps, us, gs) = (p.floats, u.floats, g.floats)
    let wanted = ps.indices.map { index in
      let slope = Double(gs[index]) + 0.01 * Double(ps[index])
      let speed = 0.9 * Double(us[index]) + slope
      return Double(ps[index]) - 0.1 * (nesterov ? slope + 0.9 * speed : speed)
    }
    #expect(relativeError(parameter.value.floats, wanted) < 1e-6)
  }

  @Test func averagesMoveByTheirShare() {
    for count in [1, 7, 1001, 100_003] {
      let (a, p) = (random([count], "a"), random([count], "p"))
      let average = Parameter("a", Tensor(a.floats, shape: a.shape))
      average.move(toward: p, by: 0.3)
      let (old, target) = (a.floats, p.floats)
      let wanted = (0..<count).map { Double(old[$0]) + 0.3 * (Double(target[$0]) - Double(old[$0])) }
      #expect(relativeError(average.value.floats, wanted) < 1e-6)
      // The average of equal numbers is that number, to the bit.
      let same = Parameter("b", Tensor(p.floats, shape: p.shape))
      same.move(toward: p, by: 1e-4)
      #expect(same.value.floats == target)
    }
  }

  @Test func averagesAreReadAsTheyAreAfterAMove() {
    // Weights are packed for products, and the packed copy must not outlive them.
    for precision in [Precision.float32, .bfloat16] {
      Compute.current.with(precision).run {
        let x = random([64, 64])
        let average = Parameter("a", random([64, 64], "a"), isFrozen: true)
        _ = x.linear(average.value)
        average.move(toward: random([64, 64], "p"), by: 0.5)
        let fresh = Tensor(average.value.floats, shape: [64, 64])
        #expect(x.linear(average.value).floats == x.linear(fresh).floats)
      }
    }
  }

  @Test func normsAreNotFiniteExactlyIfAnElementIsNot() {
    let x = random([70_001])
    let wanted = x.floats.reduce(0.0) { $0 + Double($1) * Double($1) }
    #expect(abs(x.squaredNorm / wanted - 1) < 1e-12)
    #expect(!Tensor([1, .infinity, 2], shape: [3]).squaredNorm.isFinite)
    #expect(!Tensor([1, .nan, 2], shape: [3]).squaredNorm.isFinite)
    #expect(Tensor([1e30, 1e30], shape: [2]).squaredNorm.isFinite)
  }
}

@Suite struct ProfileTests {
  @Test func aProfileCountsOperationsWhileItIsInstalled() {
    let weight = Parameter("w", random([8, 4], "w"))
    let x = random([3, 4])
    let profile = OperationProfile()
    profile.record { x.linear(weight.value).sumOfAll().backward() }
    _ = x.linear(weight.value)
    let linear = profile.rows.filter { $0.operation == "linear" }
    #expect(Set(linear.map(\.isBackward)) == [false, true])
    #expect(linear.allSatisfy { $0.callCount == 1 })
    #expect(linear.first { !$0.isBackward }?.operationCount == 2 * 3 * 4 * 8)
  }

  @Test func resultsDoNotDependOnTheNumberOfThreads() {
    let inputs = [random([3, 700, 64]), random([64], "w"), random([64], "b")]
    let results = [1, 2, 3].map { threads in
      Compute(threadCount: threads).run {
        let parameters = inputs.map { Parameter("x", Tensor($0.floats, shape: $0.shape)) }
        let normed = parameters[0].value.layerNorm(parameters[1].value, parameters[2].value, epsilon: 1e-6)
        let mixed = Tensor.attention(queries: normed, keys: normed, values: normed, headCount: 2)
        mixed.loss(to: inputs[0]).backward()
        return parameters.map { $0.gradient!.floats }
      }
    }
    #expect(results[0] == results[1])
    #expect(results[0] == results[2])
  }
}
