import SluiceAugment
import SluiceSamples
import TestSupport
import Testing

@Suite struct ColorOperationTests {
  /// The operations on a `[T, 3, H, W]` clip.
  private func applied(
    _ operations: [ImageOperation], to bytes: [UInt8], _ shape: [Int], rules: ImageRules = .torchvision
  ) throws -> [UInt8] {
    let clip = decodedClip(bytes, height: shape[2], width: shape[3])
    let result = try Augment().clip(clip, steps: operations.map { .image($0, rules) }, worker: PixelWorker())
    return planar(result.pixels.bytes, area: shape[2] * shape[3])
  }

  @Test(arguments: KernelLevel.available) func jitterOperationsAreTheReferences(_ level: KernelLevel) throws {
    try Golden.each("timesformer-vivit.color_jitter") { file, check in
      let shape = try file.shape("input.clip")
      let bytes = try file.bytes("input.clip")
      var operations: [String: ImageOperation] = [:]
      for (name, factor) in try #require(file.config["factors"].object) {
        operations[name] = try operation(name, try #require(factor.double))
      }
      for (name, operation) in operations {
        try check("output.\(name)", level.run { try applied([operation], to: bytes, shape) })
      }
      let order = try #require(file.config["order"].array).compactMap(\.string).compactMap { operations[$0] }
      try check("output.sequence", level.run { try applied(order, to: bytes, shape) })
      // Saturation 0 leaves the grey picture in every colour.
      let gray = try level.run { try applied([.saturation(0)], to: bytes, shape) }
      let area = shape[2] * shape[3]
      let first: [ArraySlice<UInt8>] = (0..<shape[0]).map { frame in
        let from = frame * 3 * area
        return gray[from..<from + area]
      }
      try check("output.gray", Array(first.joined()))
    }
  }

  private func operation(_ name: String, _ factor: Double) throws -> ImageOperation {
    switch name {
    case "brightness": .brightness(factor)
    case "contrast": .contrast(factor)
    case "saturation": .saturation(factor)
    default: throw GoldenError("colour_jitter: no operation is called \(name)")
    }
  }

  @Test(arguments: KernelLevel.available) func everyOperationOfRandAugmentIsTheReferences(_ level: KernelLevel) throws {
    try Golden.each("timesformer-vivit.rand_augment_ops") { file, check in
      let shape = try file.shape("input.clip")
      let bytes = try file.bytes("input.clip")
      let augment = RandAugment(magnitude: file.config["magnitude_index"].double ?? 9)
      for (key, magnitude) in try #require(file.config["magnitudes"].object) {
        let isNegative = key.hasSuffix("_neg")
        let base = (isNegative ? String(key.dropLast(4)) : key).lowercased()
        let name = try #require(RandAugment.Name.allCases.first { $0.rawValue.lowercased() == base })
        let operation = augment.operation(name, isNegative: isNegative, width: shape[3], height: shape[2])
        if let operation, let own = strength(operation) {
          #expect(abs(own - (magnitude.double ?? 0)) < 1e-5, "\(key): strength \(own)")
        }
        try check("output.\(key)", level.run { try applied(operation.map { [$0] } ?? [], to: bytes, shape) })
      }
    }
  }

  @Test(arguments: KernelLevel.available) func theIncreasingOperationsAreTheReferences(_ level: KernelLevel) throws {
    try Golden.each("videomae.randaug_ops") { file, check in
      let shape = try file.shape("input.image")
      let (height, width) = (shape[0], shape[1])
      let bytes = planar(try file.bytes("input.image"), area: height * width)
      for entry in try #require(file.config["ops"].array) {
        let key = try #require(entry["key"].string)
        let reference = try #require(entry["op"].string)
        let name = try #require(increasingNames[reference])
        let magnitude = try #require(entry["magnitude"].double)
        let drawn = RandAugment.increasing.operation(
          name, strength: magnitude, isNegative: entry["sign"].int == -1, width: width, height: height)
        let operation = try #require(drawn)
        if let argument = entry["argument"].array?.first?.double {
          let own = try #require(argumentOf(operation, width: width, height: height))
          #expect(abs(own - argument) < 1e-9, "\(key): argument \(own)")
        }
        let result = try level.run { try applied([operation], to: bytes, [1, 3, height, width], rules: .pillow) }
        try check("output.\(key)", interleaved(result, area: height * width))
      }
    }
  }

  private let increasingNames: [String: RandAugment.Name] = [
    "AutoContrast": .autoContrast, "Equalize": .equalize, "Invert": .invert, "Rotate": .rotate,
    "PosterizeIncreasing": .posterize, "SolarizeIncreasing": .solarize, "SolarizeAdd": .solarizeAdd,
    "ColorIncreasing": .color, "ContrastIncreasing": .contrast, "BrightnessIncreasing": .brightness,
    "SharpnessIncreasing": .sharpness, "ShearX": .shearX, "ShearY": .shearY, "TranslateXRel": .translateX,
    "TranslateYRel": .translateY,
  ]

  /// What the reference passes on: factors as they are, moves as the share of a side that pixels come from.
  private func argumentOf(_ operation: ImageOperation, width: Int, height: Int) -> Double? {
    switch operation {
    case .brightness(let factor), .contrast(let factor), .saturation(let factor), .sharpness(let factor): factor
    case .translateX(let amount): -amount / Double(width)
    case .translateY(let amount): -amount / Double(height)
    case .solarizeAdd(let amount): Double(amount)
    default: strength(operation)
    }
  }

  /// What the reference calls the magnitude.
  private func strength(_ operation: ImageOperation) -> Double? {
    switch operation {
    case .brightness(let factor), .contrast(let factor), .saturation(let factor), .sharpness(let factor): factor - 1
    case .shearX(let amount), .shearY(let amount), .translateX(let amount), .translateY(let amount): amount
    case .rotate(let degrees): degrees
    case .posterize(let bits): Double(bits)
    case .solarize(let threshold): threshold
    case .hue, .autoContrast, .equalize, .invert, .solarizeAdd, .colors, .cutout, .blur: nil
    }
  }

  @Test(arguments: KernelLevel.available) func turningTheHueIsTheDefinition(_ level: KernelLevel) throws {
    let (height, width) = (37, 53)
    let area = height * width
    let bytes = noise(3 * area)
    for turn in [0, 0.1, -0.3, 0.5] {
      let own = try level.run { try applied([.hue(turn)], to: bytes, [1, 3, height, width]) }
      var worst = 0
      for pixel in 0..<area {
        let colors: [Double] = [Double(bytes[pixel]), Double(bytes[area + pixel]), Double(bytes[2 * area + pixel])]
        let expected = turned(colors, turn)
        for color in 0..<3 {
          let level = Int(expected[color] * 255.999 / 255)
          worst = max(worst, abs(Int(own[color * area + pixel]) - level))
        }
      }
      #expect(worst <= (turn == 0 ? 0 : 1), "turn \(turn): \(worst) levels")
    }
  }

  /// By hue, saturation and value in double precision.
  private func turned(_ colors: [Double], _ turn: Double) -> [Double] {
    let (red, green, blue) = (colors[0], colors[1], colors[2])
    let (most, least) = (max(red, green, blue), min(red, green, blue))
    guard most > least else { return colors }
    let chroma = most - least
    var hue = 4 + (red - green) / chroma
    if most == green { hue = 2 + (blue - red) / chroma }
    if most == red { hue = (green - blue) / chroma }
    hue = (hue + 6 * turn + 12).truncatingRemainder(dividingBy: 6)
    return [5.0, 3.0, 1.0].map { offset in
      let place = (offset + hue).truncatingRemainder(dividingBy: 6)
      return most - chroma * max(0, min(place, 4 - place, 1))
    }
  }

  @Test func jitterDrawsAnOrderAndThenTheFactors() throws {
    let size = PixelSize(width: 8, height: 8)
    var augment = Augment()
    augment.operations = [.colorJitter(brightness: 0.4, contrast: 0.3, saturation: 0.2, hue: 0.1)]
    var draws = RecordedDraws(2, 1, 3, 1.1, 0.8, -0.05, 1.3, integers: [0, 1, 2])
    let steps = try augment.steps(for: size, draws: &draws)
    #expect(draws.isExhausted)
    #expect(
      steps == [
        .image(.saturation(1.1)), .image(.contrast(0.8)), .image(.hue(-0.05)), .image(.brightness(1.3)),
      ])
  }

  @Test func randAugmentDrawsNamesAndSigns() throws {
    var draws = RecordedDraws(1, 1, 13, 10, integers: [0, 1, 2, 3])
    let augment = RandAugment(operations: 3, magnitude: 9)
    let operations = augment.operations(width: 224, height: 224, draws: &draws)
    #expect(draws.isExhausted)
    #expect(operations == [.shearX(0.3 * -0.3), .equalize, .posterize(bits: 7)])
  }

  @Test func theIncreasingPolicyDrawsNameThenChanceThenStrengthThenSign() throws {
    // Applied or not; a normal number from radius and angle: exp(-1/2) at half a turn is -1, at none +1.
    let radius = 1 - 0.6065306597126334
    var draws = RecordedDraws(
      3, 0.2, radius, 0.5, 1, 0, 0.7, 2, 0.49, radius, 0, 6, 0.1, radius, 0, integers: [0, 4, 5, 7, 11])
    let operations = RandAugment.increasing.operations(width: 200, height: 100, draws: &draws)
    #expect(draws.isExhausted)
    #expect(operations.count == 3)
    guard case .rotate(let degrees) = operations[0] else {
      Issue.record("\(operations[0]) is no rotation")
      return
    }
    #expect(abs(degrees + 30 * 0.65) < 1e-9)
    #expect(operations[1] == .invert)
    #expect(operations[2] == .solarizeAdd(82))
  }

  @Test func strengthsBeyondTheRangeAreCut() {
    let augment = RandAugment.increasing
    #expect(augment.operation(.shearX, strength: 14, isNegative: true, width: 9, height: 9) == .shearX(-0.3))
    #expect(augment.operation(.brightness, strength: -3, isNegative: false, width: 9, height: 9) == .brightness(1))
    #expect(augment.operation(.posterize, strength: 10, isNegative: false, width: 9, height: 9) == .posterize(bits: 0))
  }
}
