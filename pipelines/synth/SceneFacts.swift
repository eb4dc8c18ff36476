internal import SluicePlatform

/// What the caption of a drawn clip says: what it shows, in which color, where, and how that moves.
package struct SceneFacts: Sendable, Hashable {
  let shape: SceneShape
  let color: SceneColor
  let place: ScenePlace
  let motion: MotionClass

  /// All there are.
  package static let count: Int =
    SceneShape.allCases.count * SceneColor.allCases.count * ScenePlace.allCases.count * MotionClass.allCases.count

  /// Those of clip `number` of the set that begins at `base`: no two clips have the same before all have been had.
  package init(base: Int, number: Int) {
    var random = KeyedRandom(
      seed: UInt64(bitPattern: Int64(base)), epoch: number / Self.count, sample: 0, stage: "synth combinations")
    self.init(index: random.shuffled(Array(0..<Self.count))[number % Self.count])
  }

  private init(index: Int) {
    var rest = index
    func next<Value>(_ values: [Value]) -> Value {
      defer { rest /= values.count }
      return values[rest % values.count]
    }
    shape = next(SceneShape.allCases)
    color = next(SceneColor.allCases)
    place = next(ScenePlace.allCases)
    motion = next(MotionClass.allCases)
  }
}

/// The colors of shapes that captions name.
enum SceneColor: CaseIterable, Sendable {
  case red
  case green
  case blue
  case yellow
  case purple
  case orange
  case white
  case turquoise

  /// Red, green and blue, 0…255.
  var levels: [Double] {
    switch self {
    case .red: [205, 45, 45]
    case .green: [45, 165, 60]
    case .blue: [55, 85, 215]
    case .yellow: [220, 205, 50]
    case .purple: [150, 60, 185]
    case .orange: [230, 130, 40]
    case .white: [228, 228, 228]
    case .turquoise: [60, 195, 200]
    }
  }
}

/// Where in the image a shape is in the middle of its clip.
enum ScenePlace: CaseIterable, Sendable {
  case left
  case right
  case top
  case bottom
  case middle

  /// Pixels from the center of the image to the right and down.
  var offset: (x: Double, y: Double) {
    switch self {
    case .left: (-24, 0)
    case .right: (24, 0)
    case .top: (0, -24)
    case .bottom: (0, 24)
    case .middle: (0, 0)
    }
  }
}
