import SluiceKernels
import SluicePlatform
import SluiceTensor
import Testing

/// Kernels for bfloat16 numbers, each the processor has, against the definition.
@Suite struct BFloatKernelTests {
  private static let levels = [SLUICE_BFLOAT_LOOPS, SLUICE_BFLOAT_AVX512, SLUICE_BFLOAT_AMX].map { Int32($0) }

  private func wide(_ x: UInt16) -> Float { Float(bitPattern: UInt32(x) << 16) }

  private func numbers(_ count: Int, _ name: String) -> [Float] {
    var draws = KeyedRandom(seed: 5, epoch: count, sample: 0, stage: name)
    return (0..<count).map { _ in Float(draws.uniform(-1, 1)) }
  }

  private func narrowed(_ floats: [Float]) -> [UInt16] {
    var result = [UInt16](repeating: 0, count: floats.count)
    sluice_narrow(floats, &result, floats.count)
    return result
  }

  @Test(arguments: [Int32(SLUICE_CPU_PORTABLE), Int32(SLUICE_CPU_AVX2), Int32(SLUICE_CPU_AVX512)])
  func narrowingRoundsToTheNearestAndHalvesToEven(_ level: Int32) {
    sluice_cpu_cap_thread(level)
    defer { sluice_cpu_cap_thread(Int32(SLUICE_CPU_AVX512)) }
    let all = (0...UInt16.max).map { $0 }
    var widened = [Float](repeating: 0, count: all.count)
    sluice_widen(all, &widened, all.count)
    #expect(zip(all, widened).allSatisfy { $1.bitPattern == UInt32($0) << 16 })
    // What is there already stays; numbers that are none stay such.
    #expect(zip(all, narrowed(widened)).allSatisfy { wide($0).isNaN ? wide($1).isNaN : $0 == $1 })
    let between = (0..<UInt32(40_000)).map { Float(bitPattern: 0x3f80_0000 + $0 * 37) }
    for (number, found) in zip(between, narrowed(between)) {
      let low = number.bitPattern >> 16
      let (below, above) = (number.bitPattern & 0xffff, UInt32(0x10000) - number.bitPattern & 0xffff)
      let wanted = below == 0 || below < 0x8000 ? low : below > 0x8000 ? low + 1 : low + low & 1
      #expect(UInt32(found) == wanted, "\(number) \(above)")
    }
    #expect(
      narrowed([.infinity, -.infinity, .greatestFiniteMagnitude]).map(wide) == [.infinity, -.infinity, .infinity])
  }

  @Test(
    arguments: levels,
    [
      (1, 1, 1), (8, 8, 64), (33, 45, 70), (17, 31, 33), (300, 100, 1100), (257, 1030, 300), (470, 96, 700),
      (1800, 64, 40), (90, 64, 3300),
    ])
  func productsEqualTheSumOfProducts(_ level: Int32, _ size: (Int, Int, Int)) {
    let (m, n, k) = size
    // Loops are slow.
    guard level > 0 || m * n * k < 200_000 else { return }
    sluice_bfloat_cap_thread(level)
    defer { sluice_bfloat_cap_thread(Int32(SLUICE_BFLOAT_AMX)) }
    for form in 0..<16 {
      let (aTransposed, bTransposed) = (form & 1 != 0, form & 2 != 0)
      let (aFloat, bFloat) = (form & 4 != 0, form & 8 != 0)
      let (aStride, bStride) = ((aTransposed ? m : k) + 3, (bTransposed ? k : n) + 5)
      let a = numbers(aStride * (aTransposed ? k : m), "a"), b = numbers(bStride * (bTransposed ? n : k), "b")
      let (aShort, bShort) = (narrowed(a), narrowed(b))
      var packed = [UInt16](repeating: 0xffff, count: sluice_bfloat_packed_count(k, n))
      var result = [Float](repeating: .nan, count: m * n)
      let scratch = UnsafeMutableRawPointer.allocate(byteCount: sluice_bfloat_scratch_size(), alignment: 64)
      defer { scratch.deallocate() }
      func matrix(
        _ floats: [Float], _ shorts: [UInt16], _ isFloat: Bool, _ stride: Int, _ transposed: Bool,
        _ body: (sluice_matrix) -> Void
      ) {
        if isFloat {
          floats.withUnsafeBytes {
            body(.init(start: $0.baseAddress, stride: stride, is_float: true, is_transposed: transposed))
          }
        } else {
          shorts.withUnsafeBytes {
            body(.init(start: $0.baseAddress, stride: stride, is_float: false, is_transposed: transposed))
          }
        }
      }
      matrix(b, bShort, bFloat, bStride, bTransposed) {
        var matrix = $0
        sluice_bfloat_pack(&matrix, k, n, 0, (n + 31) / 32, &packed)
      }
      matrix(a, aShort, aFloat, aStride, aTransposed) {
        var matrix = $0
        var finish = sluice_finish()
        finish.scale = 1
        finish.is_float = true
        finish.stride = n
        result.withUnsafeMutableBytes {
          finish.result = $0.baseAddress
          sluice_bfloat_product(&matrix, packed, m, n, k, &finish, scratch)
        }
      }
      var worst: Float = 0
      for row in stride(from: 0, to: m, by: max(1, m / 40)) {
        for column in stride(from: 0, to: n, by: max(1, n / 40)) {
          var sum = 0.0
          for inner in 0..<k {
            sum +=
              Double(wide(aShort[aTransposed ? inner * aStride + row : row * aStride + inner]))
              * Double(wide(bShort[bTransposed ? column * bStride + inner : inner * bStride + column]))
          }
          let difference = abs(result[row * n + column] - Float(sum))
          worst = max(worst, difference.isNaN ? .infinity : difference)
        }
      }
      #expect(worst < 1e-4 * Float(k).squareRoot(), "form \(form)")
    }
  }

  @Test(arguments: levels, Activation.allCases)
  func activationsAreThoseOfSinglePrecisionRounded(_ level: Int32, _ activation: Activation) {
    sluice_bfloat_cap_thread(level)
    defer { sluice_bfloat_cap_thread(Int32(SLUICE_BFLOAT_AMX)) }
    let kinds: [Activation: Int] = [.gelu: SLUICE_GELU, .quickGELU: SLUICE_QUICK_GELU, .relu: SLUICE_RELU]
    let kind = Int32(kinds[activation] ?? 0)
    // From far below to far above, an odd number of them.
    let x = narrowed((0..<2001).map { Float($0 - 1000) * 0.013 } + [0, -0.0, 30, -30])
    let dy = narrowed(numbers(x.count, "dy"))
    var (y, dx) = ([UInt16](repeating: 0, count: x.count), [UInt16](repeating: 0, count: x.count))
    sluice_activate_bfloat(kind, x, &y, x.count)
    sluice_activate_bfloat_backward(kind, x, dy, &dx, x.count)
    var (wanted, slopes) = (x.map(wide), dy.map(wide))
    sluice_activate_backward(kind, wanted, slopes, &slopes, x.count)
    sluice_activate(kind, wanted, &wanted, x.count)
    for index in x.indices {
      #expect(abs(wide(y[index]) - wanted[index]) <= 0.005 * abs(wanted[index]) + 1e-9, "at \(wide(x[index]))")
      #expect(abs(wide(dx[index]) - slopes[index]) <= 0.005 * abs(slopes[index]) + 1e-4, "at \(wide(x[index]))")
    }
  }

  @Test func sumsAreFinishedInOrder() {
    let (m, n, k) = (5, 37, 40)
    let (a, b) = (narrowed(numbers(m * k, "a")), narrowed(numbers(k * n, "b")))
    var packed = [UInt16](repeating: 0, count: sluice_bfloat_packed_count(k, n))
    var matrix = sluice_matrix()
    matrix.stride = n
    b.withUnsafeBytes {
      matrix.start = $0.baseAddress
      sluice_bfloat_pack(&matrix, k, n, 0, 2, &packed)
    }
    let (bias, factors) = (numbers(n, "bias"), numbers(m, "factors"))
    var (sums, result) = ([UInt16](repeating: 0, count: m * n), [UInt16](repeating: 0, count: m * n))
    let scratch = UnsafeMutableRawPointer.allocate(byteCount: sluice_bfloat_scratch_size(), alignment: 64)
    defer { scratch.deallocate() }
    matrix.stride = k
    a.withUnsafeBytes { a in
      bias.withUnsafeBufferPointer { bias in
        factors.withUnsafeBufferPointer { factors in
          sums.withUnsafeMutableBufferPointer { sums in
            result.withUnsafeMutableBytes { result in
              matrix.start = a.baseAddress
              var finish = sluice_finish(
                scale: 0.5, row_scale: factors.baseAddress, bias: bias.baseAddress, sums: sums.baseAddress,
                activation: Int32(SLUICE_RELU), result: result.baseAddress, stride: n, is_float: false,
                accumulates: false)
              sluice_bfloat_product(&matrix, packed, m, n, k, &finish, scratch)
            }
          }
        }
      }
    }
    for place in 0..<m * n {
      let (row, column) = (place / n, place % n)
      let product = (0..<k).reduce(Float(0)) { $0 + wide(a[row * k + $1]) * wide(b[$1 * n + column]) }
      let wanted = product * 0.5 * factors[row] + bias[column]
      #expect(abs(wide(sums[place]) - wanted) < 0.004 * abs(wanted) + 1e-4)
      #expect(wide(result[place]) == max(0, wide(sums[place])))
    }
  }
}
