internal import SluiceMedia

/// Where the fused path takes each output from: luma of the box, chroma of the part of its planes that is below it.
struct FusedTaps: Sendable {
  /// Taps of one plane and the part of it they refer to.
  struct Plane: Sendable {
    var part: CropBox
    var columns: ResizeTaps
    var rows: ResizeTaps
  }

  let luma: Plane
  /// `nil` for gray frames.
  let chroma: Plane?

  /// - Parameters:
  ///   - size: of the decoded frame.
  ///   - box: what is cut out of it.
  ///   - output: the size it is resized to.
  init(
    _ layout: PixelLayout, size: PixelSize, box: CropBox, output: PixelSize, filter: ResizeFilter, isFlipped: Bool
  ) {
    luma = Plane(
      part: box,
      columns: ResizeTaps(length: box.width, count: output.width, filter: filter, isReversed: isFlipped),
      rows: ResizeTaps(length: box.height, count: output.height, filter: filter))
    guard layout != .gray else {
      chroma = nil
      return
    }
    let plane = layout.planeSize(1, width: size.width, height: size.height)
    // Chroma is sited left of its pixels and between its rows.
    let across = FusedTaps.axis(
      from: box.left, length: box.width, count: output.width, divisor: plane.bytesPerRow == size.width ? 1 : 2,
      shift: 0,
      limit: plane.bytesPerRow, filter: filter, isReversed: isFlipped)
    let isHalved = layout == .yuv420
    let down = FusedTaps.axis(
      from: box.top, length: box.height, count: output.height, divisor: isHalved ? 2 : 1, shift: isHalved ? 0.5 : 0,
      limit: plane.rows, filter: filter, isReversed: false)
    let part = CropBox(top: down.first, left: across.first, height: down.length, width: across.length)
    chroma = Plane(part: part, columns: across.taps, rows: down.taps)
  }

  private static func axis(
    from start: Int, length: Int, count: Int, divisor: Double, shift: Double, limit: Int, filter: ResizeFilter,
    isReversed: Bool
  ) -> (first: Int, length: Int, taps: ResizeTaps) {
    let scale = Double(length) / Double(count)
    var positions = (0..<count).map { index in
      let luma = min(max((Double(index) + 0.5) * scale - 0.5, 0), Double(length - 1)) + Double(start)
      return (luma - shift) / divisor
    }
    if isReversed { positions.reverse() }
    let least = Int(min(positions[0], positions[count - 1]).rounded(.down)) - 1
    let most = Int(max(positions[0], positions[count - 1]).rounded(.down)) + 2
    let first = min(max(least, 0), limit - 1)
    let end = max(min(most + 1, limit), first + 1)
    let taps = ResizeTaps(positions: positions.map { $0 - Double(first) }, length: end - first, filter: filter)
    return (first, end - first, taps)
  }
}
