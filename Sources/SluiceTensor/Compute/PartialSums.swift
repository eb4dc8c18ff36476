internal import SluiceKernels

/// A sum over many rows, taken in a fixed number of parts, so that it is the same for any number of threads.
struct PartialSums {
  let width: Int
  let chunks: Chunks

  /// A sum of `width` numbers over `rows` rows.
  init(rows: Int, width: Int) {
    self.width = width
    chunks = Chunks(count: rows, grain: 64, limit: 16)
  }

  /// Calls `part` for each range of rows with `width` zeros to add to; returns the sum of all, `[width]`.
  func collect(_ part: (_ rows: Range<Int>, _ sums: UnsafeMutablePointer<Float>) -> Void) -> Tensor {
    guard chunks.count > 0 else { return .zeros([width]) }
    let parts = Tensor(uninitialized: [chunks.count, width])
    let to = unsafe parts.pointer
    Compute.current.team.forEach(chunks.count) { chunk in
      unsafe (to + chunk * width).initialize(repeating: 0, count: width)
      unsafe part(chunks[chunk], to + chunk * width)
    }
    for chunk in 1..<max(chunks.count, 1) { unsafe sluice_add(to, to + chunk * width, to, width) }
    return Tensor(shape: [width], elementType: .float32, storage: parts.storage, node: nil)
  }
}
