internal import SluiceMedia

/// The planes that are filtered and coded together: luma alone, both chroma planes, or what stands for them in RGB.
struct PlaneGroup: Equatable {
  let planes: Range<Int>
  let width: Int
  let height: Int

  /// Samples of one plane, and of all.
  var planeSize: Int { width * height }
  var sampleCount: Int { planes.count * planeSize }

  /// Into how many classes the writer sorts the residuals: a class must be worth its Huffman table.
  var classCount: Int {
    switch sampleCount {
    case 49152...: 4
    case 16384...: 2
    default: 1
    }
  }
}

extension FrameGeometry {
  /// The groups in coding order; RGB is coded as G, R − G and B − G.
  var groups: [PlaneGroup] {
    switch layout {
    case .gray:
      return [PlaneGroup(planes: 0..<1, width: width, height: height)]
    case .yuv420, .yuv422, .yuv444:
      let chroma = layout.planeSize(1, width: width, height: height)
      return [
        PlaneGroup(planes: 0..<1, width: width, height: height),
        PlaneGroup(planes: 1..<3, width: chroma.bytesPerRow, height: chroma.rows),
      ]
    case .rgb:
      return [
        PlaneGroup(planes: 0..<1, width: width, height: height),
        PlaneGroup(planes: 1..<3, width: width, height: height),
      ]
    }
  }

  /// Checks that frames of this geometry can be stored.
  func validate() throws(ShardError) {
    guard (1...65535).contains(width), (1...65535).contains(height), byteCount <= 1 << 30 else {
      throw ShardError(
        .invalid, "frames of \(width)×\(height) cannot be stored: sides of 1 to 65535 and 1 GiB in all are the limits")
    }
  }
}

/// Growing memory of one encoder or decoder; its contents do not survive growth.
@safe final class Scratch {
  private(set) var base: UnsafeMutablePointer<UInt8>
  private var capacity: Int

  init() {
    capacity = 1
    unsafe base = .allocate(capacity: 1)
  }

  deinit { unsafe base.deallocate() }

  func reserve(_ count: Int) {
    guard count > capacity else { return }
    unsafe base.deallocate()
    capacity = count
    unsafe base = .allocate(capacity: count)
  }
}
