internal import SluiceKernels

/// Products of bfloat16 matrices, summed in single precision.
enum BFloatProduct {
  /// Room for the products of one thread.
  static func makeScratch() -> Storage { Storage(byteCount: sluice_bfloat_scratch_size()) }

  /// `result = finish(left · right)` on the calling thread.
  static func compute(
    _ left: sluice_matrix, _ right: PackedMatrix, rows: Int, _ finish: sluice_finish, scratch: Storage
  ) {
    guard rows > 0, right.columns > 0 else { return }
    var (left, finish) = unsafe (left, finish)
    unsafe sluice_bfloat_product(&left, right.numbers, rows, right.columns, right.inner, &finish, scratch.bytes)
  }

  /// The same, shared by the team's threads, along the rows of the result or, if there are few, along its columns.
  static func shared(_ left: sluice_matrix, _ right: PackedMatrix, rows: Int, _ finish: sluice_finish) {
    guard rows > 0, right.columns > 0 else { return }
    let team = Compute.current.team
    let parts = rows * right.columns * right.inner < 1 << 20 ? 1 : team.threadCount
    if rows >= 64 * parts || parts == 1 {
      let chunks = Chunks(count: rows, grain: grain(rows, parts), limit: .max)
      team.forEach(chunks.count) { chunk in
        let range = chunks[chunk]
        var (part, end) = unsafe (left.from(row: range.lowerBound), finish.from(row: range.lowerBound))
        let scratch = makeScratch()
        unsafe sluice_bfloat_product(
          &part, right.numbers, range.count, right.columns, right.inner, &end, scratch.bytes)
        extendLifetime(scratch)
      }
    } else {
      let chunks = Chunks(count: right.columns, grain: grain(right.columns, parts), limit: .max)
      team.forEach(chunks.count) { chunk in
        let range = chunks[chunk]
        var (left, end) = unsafe (left, finish.from(column: range.lowerBound))
        let scratch = makeScratch()
        unsafe sluice_bfloat_product(
          &left, right.numbers + range.lowerBound * ((right.inner + 31) / 32 * 32), rows, range.count, right.inner,
          &end,
          scratch.bytes)
        extendLifetime(scratch)
      }
    }
  }

  /// One part a thread, or several where they stay large, for threads that are not equally fast.
  private static func grain(_ count: Int, _ parts: Int) -> Int {
    let share = (count + parts - 1) / parts
    return (share > 1024 ? (share + 3) / 4 : share) / 32 * 32 + 32
  }
}

extension sluice_matrix {
  /// The part that begins at `row` of what is meant.
  func from(row: Int) -> sluice_matrix {
    var part = unsafe self
    unsafe part.start = start + row * (is_transposed ? 1 : stride) * (is_float ? 4 : 2)
    return unsafe part
  }
}

extension sluice_finish {
  /// Sums times `scale` go to `result`, of `columns` numbers a row.
  init(_ result: Tensor, columns: Int, scale: Float = 1) {
    unsafe self.init()
    unsafe self.scale = scale
    unsafe self.result = result.storage.bytes
    unsafe stride = columns
    unsafe is_float = result.elementType == .float32
  }

  /// The same for the part of the result that begins at `row` and `column`.
  func from(row: Int = 0, column: Int = 0) -> sluice_finish {
    var part = unsafe self
    let start = unsafe row * stride + column
    unsafe part.result = result + start * (is_float ? 4 : 2)
    unsafe part.sums = sums.map { unsafe $0 + start }
    unsafe part.bias = bias.map { unsafe $0 + column }
    unsafe part.row_scale = row_scale.map { unsafe $0 + row }
    return unsafe part
  }
}
