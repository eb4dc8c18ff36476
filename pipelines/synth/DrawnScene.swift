internal import Glibc
package import SluiceMedia

/// A clip that is drawn: a textured shape over a moving textured background.
package protocol DrawnScene: Sendable {
  /// What it shows in all of its frames.
  var drawing: SceneDrawing { get }
  /// Where the shape is in a frame, how far it has turned, and how large it is.
  func pose(atFrame frame: Int) -> (x: Double, y: Double, angle: Double, radius: Double)
}

/// What a scene shows, whatever moves in it.
package struct SceneDrawing: Sendable {
  let shape: SceneShape
  let background: SceneTexture
  let foreground: SceneTexture
  /// Where the background is at frame 0, and how far it moves in a frame.
  let driftStart: (x: Double, y: Double)
  let drift: (x: Double, y: Double)
}

extension DrawnScene {
  var shape: SceneShape { drawing.shape }

  /// The frames of the clip, RGB.
  package func frames() -> [VideoFrame] {
    (0..<MotionScene.frameCount).map { number in
      VideoFrame(
        width: MotionScene.side, height: MotionScene.side, layout: .rgb, time: Double(number) / 25,
        packed: pixels(ofFrame: number))
    }
  }

  // Row-major [side, side, 3].
  func pixels(ofFrame number: Int) -> [UInt8] {
    let pose = pose(atFrame: number)
    let (shape, foreground) = (drawing.shape, drawing.foreground)
    let drift = (
      x: drawing.driftStart.x + drawing.drift.x * Double(number),
      y: drawing.driftStart.y + drawing.drift.y * Double(number)
    )
    let (cosine, sine) = (cos(pose.angle), sin(pose.angle))
    var image = drawing.background.moved(drift.x, drift.y)
    // No shape reaches further.
    let reach = 1.5 * pose.radius + 1
    let rows = Self.range(around: pose.y, reach)
    let columns = Self.range(around: pose.x, reach)
    for y in rows {
      for x in columns {
        let (dx, dy) = (Double(x) - pose.x, Double(y) - pose.y)
        let u = (dx * cosine + dy * sine) / pose.radius
        let v = (dy * cosine - dx * sine) / pose.radius
        let coverage = Float(min(max(0.5 - pose.radius * shape.distance(u, v), 0), 1))
        guard coverage > 0 else { continue }
        let texture = foreground.clamped(32 * u + 48, 32 * v + 48)
        let offset = (y * MotionScene.side + x) * 3
        image[offset] += (texture.0 - image[offset]) * coverage
        image[offset + 1] += (texture.1 - image[offset + 1]) * coverage
        image[offset + 2] += (texture.2 - image[offset + 2]) * coverage
      }
    }
    return image.map { UInt8($0.rounded()) }
  }

  /// The lines of a frame that are no further than `reach` from `center`.
  private static func range(around center: Double, _ reach: Double) -> Range<Int> {
    let first = min(max(Int((center - reach).rounded(.down)), 0), MotionScene.side)
    return first..<min(max(Int((center + reach).rounded(.up)) + 1, first), MotionScene.side)
  }
}
