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

/// The packed copies of a weight matrix `[outputs, inputs]`, kept beside its numbers until they change.
final class PackedCopies: Sendable {
  struct Copies {
    var outputs: Int
    var inputs: Int
    /// The right operand of `x Wᵀ`.
    var forward: PackedMatrix?
    /// The right operand of `dy W`.
    var backward: PackedMatrix?
  }

  private let copies = Lock<Copies?>(nil)

  /// What there is; `nil` if nothing was packed since the numbers changed.
  var present: Copies? { copies.withLock { $0 } }

  func forget() { copies.withLock { $0 = nil } }

  func keep(_ packed: PackedMatrix, isForward: Bool, outputs: Int, inputs: Int) {
    copies.withLock { copies in
      var kept = Copies(outputs: outputs, inputs: inputs)
      if let copies, copies.outputs == outputs, copies.inputs == inputs { kept = copies }
      if isForward { kept.forward = packed } else { kept.backward = packed }
      copies = kept
    }
  }
}

extension Tensor {
  /// This weight matrix `[outputs, …]`, its other axes as one, packed for products with it.
  func packedWeight(isForward: Bool) -> PackedMatrix {
    let (outputs, inputs) = (shape[0], count / max(shape[0], 1))
    if let copies = storage.packed.present, copies.outputs == outputs, copies.inputs == inputs,
      let copy = isForward ? copies.forward : copies.backward
    {
      return copy
    }
    let packed =
      unsafe isForward
      ? PackedMatrix(matrix(columns: inputs, isTransposed: true), inner: inputs, columns: outputs)
      : PackedMatrix(matrix(columns: inputs), inner: outputs, columns: inputs)
    storage.packed.keep(packed, isForward: isForward, outputs: outputs, inputs: inputs)
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
    guard let copies = storage.packed.present else {
      return Compute.current.team.forEachRange(count, grain: grain, body)
    }
    let (outputs, inputs) = (copies.outputs, copies.inputs)
    Compute.current.team.forEachRange((outputs + 31) / 32, grain: max(1, grain / max(32 * inputs, 1))) { panels in
      for panel in panels {
        let rows = panel * 32..<min(outputs, panel * 32 + 32)
        body(rows.lowerBound * inputs..<rows.upperBound * inputs)
        unsafe copies.forward?.pack(matrix(columns: inputs, isTransposed: true), panels: panel..<panel + 1)
        unsafe copies.backward?.pack(matrix(columns: inputs), rows: rows)
      }
    }
  }
}
