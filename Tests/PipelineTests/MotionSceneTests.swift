import SluicePipelines
import Testing

@Suite struct MotionSceneTests {
  @Test func aClipIsTheSameEachTimeAndDiffersFromOthers() {
    let first = MotionScene(base: 1, number: 3).frames().map { $0.packed() }
    #expect(first == MotionScene(base: 1, number: 3).frames().map { $0.packed() })
    #expect(first != MotionScene(base: 2, number: 3).frames().map { $0.packed() })
    #expect(first.count == MotionScene.frameCount)
  }

  @Test func aSingleFrameSaysNothingOfTheClass() {
    // Mean and spread of each degree of freedom at all frames of many clips must not depend on the class.
    let classes = MotionClass.allCases
    var values = [[[Double]]](repeating: [[], [], []], count: classes.count)
    for number in 0..<classes.count * 400 {
      let scene = MotionScene(base: 7, number: number)
      for frame in stride(from: 0, to: MotionScene.frameCount, by: 7) {
        let pose = scene.pose(atFrame: frame)
        values[number % classes.count][0].append(pose.x)
        values[number % classes.count][1].append(pose.y)
        values[number % classes.count][2].append(pose.radius)
      }
    }
    func mean(_ list: [Double]) -> Double { list.reduce(0, +) / Double(list.count) }
    for quantity in 0..<3 {
      let all = mean(values.flatMap { $0[quantity] })
      let spread = mean(values.flatMap { $0[quantity].map { abs($0 - all) } })
      for motion in classes {
        let own = values[motion.rawValue][quantity]
        #expect(abs(mean(own) - all) < 0.12 * spread, "\(motion) gives quantity \(quantity) away by its mean")
        #expect(
          abs(mean(own.map { abs($0 - all) }) - spread) < 0.12 * spread, "\(motion) gives quantity \(quantity) away")
      }
    }
  }

  @Test func theShapeMovesAsItsClassSays() {
    for motion in MotionClass.allCases {
      let scene = MotionScene(base: 3, number: motion.rawValue)
      let (first, last) = (scene.pose(atFrame: 0), scene.pose(atFrame: MotionScene.frameCount - 1))
      switch motion {
      case .left: #expect(last.x < first.x - 30 && last.y == first.y)
      case .right: #expect(last.x > first.x + 30 && last.y == first.y)
      case .up: #expect(last.y < first.y - 30 && last.x == first.x)
      case .down: #expect(last.y > first.y + 30 && last.x == first.x)
      case .clockwise: #expect(last.angle > first.angle + 2 && last.radius == first.radius)
      case .counterclockwise: #expect(last.angle < first.angle - 2 && last.radius == first.radius)
      case .approach: #expect(last.radius > 1.9 * first.radius && last.angle == first.angle)
      case .recede: #expect(first.radius > 1.9 * last.radius && last.angle == first.angle)
      }
    }
  }
}
