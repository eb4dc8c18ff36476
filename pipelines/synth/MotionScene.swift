internal import Glibc
internal import SluicePlatform

/// One drawn clip: a textured shape over a moving textured background.
///
/// Each clip draws a rate for every degree of freedom. The class's own one moves at its rate; each of the others stands
/// still at a place that is distributed as the moving one's places are, so that a single frame says nothing of the class.
package struct MotionScene: DrawnScene {
  /// Pixels of a side, and frames of a clip.
  package static let side = 96
  package static let frameCount = 50

  package let drawing: SceneDrawing
  private let motion: MotionClass
  private let rates: [MotionClass.Quantity: Double]
  private let offsets: [MotionClass.Quantity: Double]
  private let center: (x: Double, y: Double)
  private let radius: Double
  private let angle: Double

  /// Draws clip `number` of the set that begins at `base`.
  package init(base: Int, number: Int) {
    var random = KeyedRandom(seed: UInt64(bitPattern: Int64(base)), epoch: 0, sample: number, stage: "synth")
    motion = MotionScene.motion(of: number)
    center = (random.uniform(38, 58), random.uniform(38, 58))
    var rates: [MotionClass.Quantity: Double] = [:]
    var offsets: [MotionClass.Quantity: Double] = [:]
    for quantity in MotionClass.Quantity.allCases {
      let rate = random.uniform(quantity.rates.lowest, quantity.rates.highest)
      let sign = random.integer(in: 0...1) == 0 ? -1.0 : 1.0
      rates[quantity] = rate
      offsets[quantity] = sign * rate * random.uniform(-25, 25)
    }
    self.rates = rates
    self.offsets = offsets
    radius = exp(random.uniform(log(18), log(27)))
    angle = random.uniform(0, 2 * .pi)
    let speed = random.uniform(0, 0.8)
    let direction = random.uniform(0, 2 * .pi)
    let drift = (x: speed * cos(direction), y: speed * sin(direction))
    let side = Double(MotionScene.side)
    let driftStart = (x: random.uniform(0, side), y: random.uniform(0, side))
    let shape = SceneShape.allCases[random.integer(in: 0...SceneShape.allCases.count - 1)]
    let base = (0..<3).map { _ in random.uniform(30, 100) }
    let background = SceneTexture(base: base, contrast: random.uniform(10, 22), random: &random)
    // The shape is always the lighter one: with either polarity, targets that are even in the signal cannot be learned.
    let lighter = base.map { $0 + random.uniform(60, 120) }
    let foreground = SceneTexture(base: lighter, contrast: random.uniform(15, 30), random: &random)
    drawing = SceneDrawing(
      shape: shape, background: background, foreground: foreground, driftStart: driftStart, drift: drift)
  }

  /// The class of clip `number`: all classes in turn.
  static func motion(of number: Int) -> MotionClass {
    MotionClass.allCases[number % MotionClass.allCases.count]
  }

  /// Where the shape is in a frame.
  package func pose(atFrame frame: Int) -> (x: Double, y: Double, angle: Double, radius: Double) {
    let time = Double(frame) - 24.5
    func value(_ quantity: MotionClass.Quantity) -> Double {
      quantity == motion.quantity ? motion.sign * rates[quantity, default: 0] * time : offsets[quantity, default: 0]
    }
    return (
      center.x + value(.x), center.y + value(.y), angle + value(.angle), radius * exp(value(.logRadius))
    )
  }
}
