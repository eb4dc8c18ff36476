/// How a stored frame is turned for display, from the container's display matrix: quarter turns and mirrorings.
struct Orientation: Sendable, Equatable {
  /// Rows become columns, before the mirrorings.
  var isTransposed = false
  /// Left and right are exchanged.
  var isMirroredHorizontally = false
  /// Top and bottom are exchanged.
  var isMirroredVertically = false

  init() {}

  var isIdentity: Bool { self == Orientation() }
}

extension VideoFrame {
  /// The frame turned for display, in own memory.
  func oriented(_ orientation: Orientation) throws(MediaError) -> VideoFrame {
    // A quarter turn exchanges the directions in which chroma is halved, for which there is no layout.
    let source = layout == .yuv422 && orientation.isTransposed ? try converted(to: .yuv444) : self
    let layout = source.layout
    let target = FrameStorage(
      width: orientation.isTransposed ? height : width, height: orientation.isTransposed ? width : height,
      layout: layout)
    let bytes = layout == .rgb ? 3 : 1
    for plane in 0..<layout.planeCount {
      let size = layout.planeSize(plane, width: width, height: height)
      let (columns, rows) = (size.bytesPerRow / bytes, size.rows)
      let (outColumns, outRows) = orientation.isTransposed ? (rows, columns) : (columns, rows)
      let from = unsafe source.storage.planes[plane]
      let to = unsafe target.planes[plane]
      for row in 0..<outRows {
        let y = orientation.isMirroredVertically ? outRows - 1 - row : row
        var out = unsafe UnsafeMutablePointer(mutating: to.base) + row * to.bytesPerRow
        for column in 0..<outColumns {
          let x = orientation.isMirroredHorizontally ? outColumns - 1 - column : column
          let sample =
            unsafe orientation.isTransposed
            ? from.base + x * from.bytesPerRow + y * bytes : from.base + y * from.bytesPerRow + x * bytes
          for byte in 0..<bytes { unsafe out[byte] = sample[byte] }
          unsafe out += bytes
        }
      }
    }
    return VideoFrame(
      width: orientation.isTransposed ? height : width, height: orientation.isTransposed ? width : height,
      layout: layout, color: color, time: time, storage: target)
  }
}
