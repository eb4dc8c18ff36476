internal import SluiceKernels
internal import SluicePlatform

/// The right operand of bfloat16 products, rearranged for them.
@safe struct PackedMatrix: Sendable {
  /// Rows: the inner side of products.
  let inner: Int
  let columns: Int
  let storage: Storage

  /// Room for a matrix whose numbers are to be packed into it.
  init(inner: Int, columns: Int) {
    self.inner = inner
    self.columns = columns
    storage = Storage(byteCount: sluice_bfloat_packed_count(inner, columns) * 2)
  }

  /// Part of the room of another matrix, large enough.
  init(inner: Int, columns: Int, storage: Storage) {
    (self.inner, self.columns, self.storage) = (inner, columns, storage)
  }

  /// Packs `matrix` on the team.
  init(_ matrix: sluice_matrix, inner: Int, columns: Int) {
    self.init(inner: inner, columns: columns)
    let timer = OperationTimer.start()
    // The longer side is shared out, in blocks of 32.
    let (across, along) = ((columns + 31) / 32, (inner + 31) / 32)
    if across >= along {
      Compute.current.team.forEachRange(across, grain: max(1, (1 << 10) / max(along, 1))) { panels in
        unsafe pack(matrix, panels: panels)
      }
    } else {
      Compute.current.team.forEachRange(along, grain: max(1, (1 << 10) / max(across, 1))) { blocks in
        unsafe pack(matrix, rows: blocks.lowerBound * 32..<min(inner, blocks.upperBound * 32))
      }
    }
    unsafe timer?.stop("pack", bytes: (matrix.is_float ? 6 : 4) * inner * columns)
  }

  var numbers: UnsafeMutablePointer<UInt16> { unsafe storage.bytes.assumingMemoryBound(to: UInt16.self) }

  /// Packs panels of 32 columns on the calling thread.
  func pack(_ matrix: sluice_matrix, panels: Range<Int>) {
    var matrix = unsafe matrix
    unsafe sluice_bfloat_pack(&matrix, inner, columns, panels.lowerBound, panels.upperBound, numbers)
  }

  /// Packs all columns on the calling thread.
  func pack(_ matrix: sluice_matrix) {
    unsafe pack(matrix, panels: 0..<(columns + 31) / 32)
  }

  /// Packs rows on the calling thread; both ends are multiples of 32 or the last row's.
  func pack(_ matrix: sluice_matrix, rows: Range<Int>) {
    var matrix = unsafe matrix
    unsafe sluice_bfloat_pack_rows(&matrix, inner, columns, rows.lowerBound, rows.upperBound, numbers)
  }
}

/// The packed copy of a weight matrix, kept beside its numbers until they change or the last gradient has used it.
final class PackedCopy: Sendable {
  private struct State {
    var copy: PackedMatrix?
    /// The shape of a copy that was let go to make room for gradients: an update packs a new one.
    var wanted: (inner: Int, columns: Int)?
  }

  private let state = Lock(State())

  /// The right operand of `x Wᵀ`; `nil` if none was packed since the numbers changed.
  var present: PackedMatrix? { state.withLock { $0.copy } }

  /// Lets the copy go for good: the numbers have changed.
  func forget() { state.withLock { $0 = State() } }

  /// Lets the copy go until the next update.
  func release() {
    state.withLock { state in
      guard let copy = state.copy else { return }
      state = State(copy: nil, wanted: (copy.inner, copy.columns))
    }
  }

  func keep(_ packed: PackedMatrix) { state.withLock { $0 = State(copy: packed, wanted: nil) } }

  /// The copy, or room for a new one if there was one; its content is to be packed.
  func room() -> PackedMatrix? {
    state.withLock { state in
      if let wanted = state.wanted {
        state = State(copy: PackedMatrix(inner: wanted.inner, columns: wanted.columns), wanted: nil)
      }
      return state.copy
    }
  }
}

extension Tensor {
  /// This weight matrix `[outputs, …]`, its other axes as one, packed as the right operand of `x Wᵀ`, and kept so.
  func packedWeight() -> PackedMatrix {
    let (outputs, inputs) = (shape[0], count / max(shape[0], 1))
    if let copy = storage.packed.present, copy.columns == outputs, copy.inner == inputs { return copy }
    let packed = unsafe PackedMatrix(
      matrix(columns: inputs, isTransposed: true), inner: inputs, columns: outputs)
    storage.packed.keep(packed)
    return packed
  }

  /// The elements as rows of `columns` numbers, for a bfloat16 product.
  func matrix(columns: Int, isTransposed: Bool = false) -> sluice_matrix {
    unsafe sluice_matrix(
      start: storage.bytes, stride: columns, is_float: elementType == .float32, is_transposed: isTransposed)
  }
}

extension Tensor {
  /// Calls `body` with ranges of this weight's numbers, which it changes, and packs them again while they are at hand.
  func updatePacked(grain: Int, _ body: (_ range: Range<Int>) -> Void) {
    guard let copy = storage.packed.room() else {
      return Compute.current.team.forEachRange(count, grain: grain, body)
    }
    let (outputs, inputs) = (copy.columns, copy.inner)
    Compute.current.team.forEachRange((outputs + 31) / 32, grain: max(1, grain / max(32 * inputs, 1))) { panels in
      for panel in panels {
        body(panel * 32 * inputs..<min(outputs, panel * 32 + 32) * inputs)
        unsafe copy.pack(matrix(columns: inputs, isTransposed: true), panels: panel..<panel + 1)
      }
    }
  }
}
