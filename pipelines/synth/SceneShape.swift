internal import Glibc

/// The outlines of the synthetic set.
enum SceneShape: CaseIterable, Sendable {
  case disc
  case square
  case triangle
  case flower
  case bar
  case cross

  /// Signed distance to the outline in units of the radius, negative inside.
  func distance(_ u: Double, _ v: Double) -> Double {
    switch self {
    case .disc: (u * u + v * v).squareRoot() - 1
    case .square: max(abs(u), abs(v)) - 0.85
    case .triangle: SceneShape.corners.map { u * $0.x + v * $0.y }.reduce(-.infinity, max) - 0.6
    case .flower: (u * u + v * v).squareRoot() - (0.8 + 0.2 * cos(5 * atan2(v, u)))
    case .bar: max(abs(u) - 1, abs(v) - 0.6)
    case .cross: min(max(abs(u) - 1, abs(v) - 0.4), max(abs(v) - 1, abs(u) - 0.4))
    }
  }

  private static let corners: [(x: Double, y: Double)] = [90.0, 210.0, 330.0].map {
    (cos($0 * .pi / 180), sin($0 * .pi / 180))
  }
}
