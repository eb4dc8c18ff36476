import Foundation
import SluiceCheckpoints
import SluiceTensor
import TestSupport
import Testing

@Suite struct ConversionTests {
  /// Writes `bytes` as one tensor and reads it back as another floating-point type.
  private func convert<Value: BitwiseCopyable>(
    _ values: [Value], _ type: StoredType, to wanted: StoredType
  ) throws -> SafetensorsFile {
    let bytes = values.withUnsafeBytes { Array($0) }
    let info = TensorInfo(name: "t", type: type, shape: [values.count])
    return try withTemporaryFolder { folder in
      let source = "\(folder)/a.safetensors"
      try SafetensorsFile.write([TensorContent(info, bytes: bytes)], to: source)
      let file = try SafetensorsFile(path: source)
      let target = "\(folder)/b.safetensors"
      try SafetensorsFile.write([TensorContent("t", copying: file.tensors[0], of: file, as: wanted)], to: target)
      return try SafetensorsFile(path: target)
    }
  }

  @Test func everyHalfIsReadExactly() throws {
    let halves = (0...UInt16.max).map { $0 }
    let file = try convert(halves, .float16, to: .float16)
    let floats = try file.floats("t")
    let wrong = halves.indices.filter { index in
      let expected = Float(Float16(bitPattern: halves[index]))
      return expected.isNaN ? !floats[index].isNaN : floats[index].bitPattern != expected.bitPattern
    }
    #expect(wrong == [])
  }

  @Test func everyHalfSurvivesADetourThroughOtherTypes() throws {
    let halves = (0...UInt16.max).map { $0 }.filter { !Float16(bitPattern: $0).isNaN }
    for detour in [StoredType.float32, .float64] {
      let there = try convert(halves, .float16, to: detour)
      let bytes = try there.bytes("t")
      let back =
        detour == .float32
        ? try convert(bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }, .float32, to: .float16)
        : try convert(bytes.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }, .float64, to: .float16)
      #expect(try back.bytes("t") == halves.withUnsafeBytes { Array($0) })
    }
  }

  /// Doubles near the places where rounding to few bits goes wrong: ties, ties plus a little, limits, denormals.
  private var awkward: [Double] {
    var values: [Double] = [
      0, -0.0, .leastNonzeroMagnitude, 1e308, .infinity, -.infinity, 65504, 65519.999, 65520, 3.4e38, 3.39e38,
    ]
    var generator = SystemRandomNumberGenerator()
    for exponent in -140...127 {
      for _ in 0..<20 {
        let upper = UInt64.random(in: 0..<(1 << 12), using: &generator)
        let mantissa = 1 + Double(upper) / 4096
        let base = mantissa * pow(2, Double(exponent))
        values += [base, base.nextUp, base.nextDown, -base, base * (1 + 1e-10), base * (1 - 1e-10)]
      }
    }
    return values
  }

  @Test func doublesAreRoundedOnceToBrainFloats() throws {
    let values = awkward
    let file = try convert(values, .float64, to: .bfloat16)
    let got = try file.doubles("t")
    for (value, result) in zip(values, got) {
      #expect(result.sign == value.sign)
      guard value.magnitude <= 3.38e38, value.isFinite else { continue }
      // Half a unit in the last of 8 bits, or of the smallest denormal.
      let exponent = max(value.magnitude, 0x1p-126).exponent
      let unit = pow(2, Double(exponent - 7))
      #expect((result - value).magnitude <= unit / 2, "\(value) became \(result)")
    }
  }

  @Test func singlesBecomeHalvesAsTheHardwareDoes() throws {
    let values = awkward.map { Float($0) }
    let file = try convert(values, .float32, to: .float16)
    let bits = try file.bytes("t").withUnsafeBytes { Array($0.bindMemory(to: UInt16.self)) }
    #expect(bits == values.map { Float16($0).bitPattern })
  }

  @Test func integersAreNeverConverted() throws {
    let file = try convert([Int64.min, -1, Int64.max], .int64, to: .float16)
    #expect(file.tensors[0].type == .int64)
    #expect(try file.integers("t") == [Int.min, -1, Int.max])
    #expect(throws: CheckpointError.self) { try convert([UInt64.max], .uint64, to: .uint64).integers("t") }
  }

  @Test func tensorsKeepEveryBit() throws {
    let patterns: [UInt32] = [0x8000_0000, 0x7FC0_1234, 0xFF80_0000, 1, 0x3F80_0001]
    let tensor = Tensor(patterns.map { Float(bitPattern: $0) }, shape: [1, 5])
    try withTemporaryFolder { folder in
      let path = "\(folder)/a.safetensors"
      try SafetensorsFile.write(["t": tensor, "scalar": Tensor(2.5)], to: path)
      let file = try SafetensorsFile(path: path)
      #expect(try file.tensor("t").floats.map(\.bitPattern) == patterns)
      #expect(try file.tensor("t").shape == [1, 5])
      #expect(try file.tensor("scalar").scalar == 2.5)
      #expect(file["scalar"]?.shape == [])
    }
  }
}
