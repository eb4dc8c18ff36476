internal import Glibc
package import SluiceMedia

extension MotionScene {
  /// The pictures of the clip, RGB.
  package func frames() -> [VideoFrame] {
    (0..<MotionScene.frameCount).map { number in
      VideoFrame(
        width: MotionScene.side, height: MotionScene.side, layout: .rgb, time: Double(number) / 25,
        packed: pixels(ofFrame: number))
    }
  }

  // Row-major [side, side, 3].
  private func pixels(ofFrame number: Int) -> [UInt8] {
    let pose = pose(atFrame: number)
    let drift = drift(atFrame: number)
    let (cosine, sine) = (cos(pose.angle), sin(pose.angle))
    var bytes: [UInt8] = []
    bytes.reserveCapacity(MotionScene.side * MotionScene.side * 3)
    for y in 0..<MotionScene.side {
      for x in 0..<MotionScene.side {
        let (dx, dy) = (Double(x) - pose.x, Double(y) - pose.y)
        let u = (dx * cosine + dy * sine) / pose.radius
        let v = (dy * cosine - dx * sine) / pose.radius
        let coverage = Float(min(max(0.5 - pose.radius * shape.distance(u, v), 0), 1))
        var color = background.periodic(Double(x) - drift.x, Double(y) - drift.y)
        if coverage > 0 {
          let texture = foreground.clamped(32 * u + 48, 32 * v + 48)
          color.0 += (texture.0 - color.0) * coverage
          color.1 += (texture.1 - color.1) * coverage
          color.2 += (texture.2 - color.2) * coverage
        }
        bytes.append(UInt8(color.0.rounded()))
        bytes.append(UInt8(color.1.rounded()))
        bytes.append(UInt8(color.2.rounded()))
      }
    }
    return bytes
  }
}
