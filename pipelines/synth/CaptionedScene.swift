internal import Glibc
internal import SluicePlatform

/// A clip that is drawn as its caption says.
///
/// The two parts of a set differ in what captions do not name: how light and how rough the background is, how fast it
/// drifts, and how large shapes are.
package struct CaptionedScene: DrawnScene {
  package let drawing: SceneDrawing
  private let motion: MotionClass
  private let rate: Double
  private let center: (x: Double, y: Double)
  private let radius: Double
  private let angle: Double

  /// How a part of a set looks.
  private struct Look {
    let level: ClosedRange<Double>
    let contrast: ClosedRange<Double>
    let speed: ClosedRange<Double>
    let radius: ClosedRange<Double>

    static let training = Look(level: 25...75, contrast: 8...16, speed: 0...0.8, radius: 9...13)
    static let evaluation = Look(level: 60...105, contrast: 14...22, speed: 0.3...1.1, radius: 11...15)
  }

  /// Draws clip `number` of the set that begins at `base`.
  package init(base: Int, number: Int, isTraining: Bool) {
    let facts = SceneFacts(base: base, number: number)
    var random = KeyedRandom(seed: UInt64(bitPattern: Int64(base)), epoch: 0, sample: number, stage: "synth scene")
    let look = isTraining ? Look.training : .evaluation
    func draw(_ range: ClosedRange<Double>) -> Double { random.uniform(range.lowerBound, range.upperBound) }
    motion = facts.motion
    let middle = Double(MotionScene.side) / 2
    center = (middle + facts.place.offset.x + draw(-4...4), middle + facts.place.offset.y + draw(-4...4))
    radius = draw(look.radius)
    angle = draw(0...2 * .pi)
    rate = motion.sign * draw(CaptionedScene.rates(of: motion.quantity))
    let (speed, direction) = (draw(look.speed), draw(0...2 * .pi))
    let drift = (x: speed * cos(direction), y: speed * sin(direction))
    let start = (x: draw(0...2 * middle), y: draw(0...2 * middle))
    let level = draw(look.level)
    let gray = (0..<3).map { _ in level + draw(-8...8) }
    let contrast = draw(look.contrast)
    let color = facts.color.levels.map { $0 + draw(-15...15) }
    let texture = draw(14...24)
    let background = SceneTexture(base: gray, contrast: contrast, random: &random)
    let foreground = SceneTexture(base: color, contrast: texture, random: &random)
    drawing = SceneDrawing(
      shape: facts.shape, background: background, foreground: foreground, driftStart: start, drift: drift)
  }

  /// Change in a frame: so little that the shape stays where its caption says.
  private static func rates(of quantity: MotionClass.Quantity) -> ClosedRange<Double> {
    switch quantity {
    case .x, .y: 0.5...0.65
    case .angle: quantity.rates.lowest...quantity.rates.highest
    case .logRadius: 0.016...0.022
    }
  }

  package func pose(atFrame frame: Int) -> (x: Double, y: Double, angle: Double, radius: Double) {
    let moved = rate * (Double(frame) - Double(MotionScene.frameCount - 1) / 2)
    func value(_ quantity: MotionClass.Quantity) -> Double { quantity == motion.quantity ? moved : 0 }
    return (
      center.x + value(.x), center.y + value(.y), angle + value(.angle), radius * exp(value(.logRadius))
    )
  }
}
