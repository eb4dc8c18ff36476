internal import CBLAS

/// A matrix in memory, row-major, `stride` elements from row to row.
@safe struct Matrix {
  let start: UnsafeMutablePointer<Float>
  let stride: Int
  var isTransposed: Bool = false

  init(_ start: UnsafeMutablePointer<Float>, stride: Int) {
    unsafe self.start = start
    self.stride = stride
  }

  /// The same memory, rows and columns exchanged.
  var transposed: Matrix {
    var other = self
    other.isTransposed.toggle()
    return other
  }

  /// The part that begins at `row` and `column`.
  func from(row: Int = 0, column: Int = 0) -> Matrix {
    let (line, offset) = isTransposed ? (column, row) : (row, column)
    var part = unsafe Matrix(start + line * stride + offset, stride: stride)
    part.isTransposed = isTransposed
    return part
  }
}

/// Matrix products on the calling thread and on the team.
enum MatrixProduct {
  /// Whether oneDNN is there, which is a little faster for small products; OpenBLAS does them otherwise.
  private static let hasOneDNN: Bool = {
    if sluice_dnn_open() { return true }
    if let problem = unsafe sluice_blas_open() { preconditionFailure(unsafe String(cString: problem)) }
    return false
  }()

  /// `result = scale * first · second + keep * result` on the calling thread; `first` is rows × inner.
  static func compute(
    _ first: Matrix, _ second: Matrix, into result: Matrix, rows: Int, columns: Int, inner: Int, scale: Float = 1,
    keep: Float = 0
  ) {
    guard rows > 0, columns > 0 else { return }
    let product = hasOneDNN ? unsafe sluice_dnn_sgemm : unsafe sluice_blas_sgemm
    unsafe product(
      first.isTransposed, second.isTransposed, rows, columns, inner, scale, first.start, first.stride, second.start,
      second.stride, keep, result.start, result.stride)
  }

  /// The same, in parts that the team's threads share, along the longer side of the result.
  ///
  /// - Parameter finish: called on the thread that computed them with ranges of whole rows of the result, for what else is
  ///   to be done with them while they are in the processor's caches.
  static func shared(
    _ first: Matrix, _ second: Matrix, into result: Matrix, rows: Int, columns: Int, inner: Int, keep: Float = 0,
    finish: ((_ rows: Range<Int>) -> Void)? = nil
  ) {
    let team = Compute.current.team
    let isSmall = rows * columns * inner < 1 << 18
    if isSmall || rows >= columns || finish != nil && rows >= manyRows {
      let chunks = isSmall ? Chunks(count: rows, grain: rows) : parts(rows)
      team.forEach(chunks.count) { chunk in
        let range = chunks[chunk]
        compute(
          first.from(row: range.lowerBound), second, into: result.from(row: range.lowerBound), rows: range.count,
          columns: columns, inner: inner, keep: keep)
        finish?(range)
      }
    } else {
      let chunks = parts(columns)
      team.forEach(chunks.count) { chunk in
        let range = chunks[chunk]
        compute(
          first, second.from(column: range.lowerBound), into: result.from(column: range.lowerBound), rows: rows,
          columns: range.count, inner: inner, keep: keep)
      }
      finish?(0..<rows)
    }
  }

  /// Rows of a result from which on its parts are whole rows, if these are finished part by part.
  private static let manyRows = 64

  /// Parts of `count` rows or columns of a result: 2, 4, 8 or 16, and more than two only where they have 192 of them, because
  /// for each part the libraries rearrange the other matrix.
  ///
  /// They follow from the size alone: the libraries add in another order in parts of another size, and results must not
  /// depend on the number of threads.
  static func parts(_ count: Int) -> Chunks {
    var number = 2
    while number < 16, count >= 2 * number * 192 { number *= 2 }
    return Chunks(count: count, grain: ((count + number - 1) / number + 15) / 16 * 16, limit: .max)
  }
}
