/// A tensor of a PyTorch file: a part of a storage, which may skip, repeat or reorder its elements.
struct TensorView {
  let info: TensorInfo
  /// The storage's bytes in the file.
  let storage: Range<Int>
  /// In elements from the start of the storage.
  let offset: Int
  let strides: [Int]
  /// Whether the values have the other sign than those stored.
  let isNegated: Bool

  /// Whether the elements are in the file as they are wanted: row-major and without gaps.
  var isContiguous: Bool {
    var wanted = 1
    for (size, stride) in zip(info.shape, strides).reversed() where size != 1 {
      if stride != wanted { return false }
      wanted *= size
    }
    return true
  }

  /// Whether the bytes in the file are the tensor's.
  var isStoredAsWanted: Bool { isContiguous && !isNegated }

  /// Where a contiguous view's bytes are in the file.
  var bytes: Range<Int> {
    guard info.byteCount > 0 else { return storage.lowerBound..<storage.lowerBound }
    let start = storage.lowerBound + offset * info.type.byteCount
    return start..<start + info.byteCount
  }

  /// Copies the elements out of the file in row-major order.
  func gather(_ file: RawSpan) -> [UInt8] {
    let source = file.extracting(storage)
    return switch info.type.byteCount {
    case 8: gather(source, UInt64.self, negate)
    case 4: gather(source, UInt32.self, negate)
    case 2: gather(source, UInt16.self, negate)
    default: gather(source, UInt8.self, negate)
    }
  }

  /// The bits of an element's number with the right sign.
  @inline(__always)
  private func negate<Element: FixedWidthInteger>(_ bits: Element) -> Element {
    guard isNegated else { return bits }
    return info.type.isFloatingPoint ? bits ^ (1 << (Element.bitWidth - 1)) : 0 &- bits
  }

  private func gather<Element: BitwiseCopyable>(
    _ source: RawSpan, _: Element.Type, _ signed: (Element) -> Element
  ) -> [UInt8] {
    let size = MemoryLayout<Element>.size
    let inner = info.shape.last ?? 1
    let step = strides.last ?? 1
    return unsafe source.withUnsafeBytes { source in
      unsafe Array(unsafeUninitializedCapacity: info.byteCount) { target, initialized in
        let target = UnsafeMutableRawBufferPointer(target)
        // Counts through all axes but the last, which is the inner loop.
        var indices = [Int](repeating: 0, count: max(0, info.shape.count - 1))
        var start = offset
        var written = 0
        while written < info.byteCount {
          for index in 0..<inner {
            let element = unsafe source.loadUnaligned(fromByteOffset: (start + index * step) * size, as: Element.self)
            unsafe target.storeBytes(of: signed(element), toByteOffset: written, as: Element.self)
            written += size
          }
          var axis = indices.count - 1
          while axis >= 0 {
            indices[axis] += 1
            start += strides[axis]
            if indices[axis] < info.shape[axis] { break }
            start -= strides[axis] * info.shape[axis]
            indices[axis] = 0
            axis -= 1
          }
        }
        initialized = written
      }
    }
  }
}
