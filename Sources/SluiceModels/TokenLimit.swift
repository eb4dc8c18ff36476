/// The most tokens of one clip: beyond, tables of positions alone take more than machines have.
enum TokenLimit {
  static let most = 1 << 20

  /// - Parameter grid: tokens along time, height and width, each at most some thousands.
  static func check(_ model: String, _ grid: (Int, Int, Int)) throws(ModelError) {
    let (plane, isTooLarge) = grid.1.multipliedReportingOverflow(by: grid.2)
    let (count, isLarger) = grid.0.multipliedReportingOverflow(by: plane)
    guard !isTooLarge, !isLarger, count <= most else {
      throw ModelError(
        "\(model): a clip has \(grid.0) × \(grid.1) × \(grid.2) tokens, at most \(most) in all are wanted. Lower frameCount "
          + "or imageSize, or take larger patches")
    }
  }
}
