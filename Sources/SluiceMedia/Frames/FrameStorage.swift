/// The memory behind a ``VideoFrame``: own bytes, or a decoder's frame that is given back at the end.
///
/// Safe to share between threads: nobody writes after the frame has been handed out.
@safe package final class FrameStorage: @unchecked Sendable {
  /// Where the rows of one plane begin and how far apart they are.
  @unsafe package struct Plane {
    package let base: UnsafePointer<UInt8>
    package let bytesPerRow: Int

    package init(base: UnsafePointer<UInt8>, bytesPerRow: Int) {
      unsafe self.base = base
      unsafe self.bytesPerRow = bytesPerRow
    }
  }

  package let planes: [Plane]
  /// Start of own memory; of a decoder's frame, the first plane.
  package let base: UnsafeMutablePointer<UInt8>
  /// Bytes of own memory, 0 for a decoder's frame.
  package let byteCount: Int
  private let release: (() -> Void)?

  /// Uninitialized memory for tightly packed planes.
  package init(width: Int, height: Int, layout: PixelLayout) {
    let sizes = (0..<layout.planeCount).map { layout.planeSize($0, width: width, height: height) }
    byteCount = sizes.reduce(0) { $0 + $1.bytesPerRow * $1.rows }
    unsafe base = .allocate(capacity: max(byteCount, 1))
    var planes: [Plane] = unsafe []
    var offset = 0
    for size in sizes {
      unsafe planes.append(Plane(base: UnsafePointer(base + offset), bytesPerRow: size.bytesPerRow))
      offset += size.bytesPerRow * size.rows
    }
    unsafe self.planes = planes
    release = nil
  }

  /// Planes that live elsewhere until `release` is called.
  package init(planes: [Plane], release: @escaping () -> Void) {
    unsafe self.planes = planes
    unsafe base = UnsafeMutablePointer(mutating: planes[0].base)
    byteCount = 0
    self.release = release
  }

  deinit {
    if let release { release() } else { unsafe base.deallocate() }
  }
}
