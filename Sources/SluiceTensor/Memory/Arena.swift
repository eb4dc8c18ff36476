/// Memory cut into pieces: which parts of it are free.
///
/// A request takes the smallest free piece that is large enough, of equal ones the first, but the piece at the end only if
/// there is no other; what it leaves stays free, and a piece that comes back is joined with its free neighbors. The same requests in the same order therefore find the
/// same places, and a training step needs no more memory than the one before.
package struct Arena {
  /// Consecutive bytes from an address on.
  package struct Piece: Hashable, Sendable {
    package var start: UInt
    package var size: Int

    package var end: UInt { start + UInt(size) }

    package init(start: UInt, size: Int) {
      (self.start, self.size) = (start, size)
    }
  }

  /// What is left of a piece is worth keeping from this size on.
  private static let least = 4096
  /// Free pieces by address.
  package private(set) var free: [Piece] = []
  /// The end of the piece that is spared: behind it there may be more memory, and in it some that was never touched.
  package var end: UInt = 0

  /// No memory yet.
  package init() {}

  /// Bytes of all free pieces.
  package var freeByteCount: Int { free.reduce(0) { $0 + $1.size } }

  /// Takes a piece of at least `size` bytes; `nil` if none is large enough.
  package mutating func take(_ size: Int) -> Piece? {
    var best: Int?
    for (index, piece) in free.enumerated() where piece.size >= size && piece.end != end {
      if best.map({ piece.size < free[$0].size }) ?? true { best = index }
    }
    if best == nil, let last = free.lastIndex(where: { $0.end == end }), free[last].size >= size { best = last }
    guard let best else { return nil }
    let piece = free[best]
    if piece.size - size < Arena.least {
      free.remove(at: best)
      return piece
    }
    free[best] = Piece(start: piece.start + UInt(size), size: piece.size - size)
    return Piece(start: piece.start, size: size)
  }

  /// Gives back what ``take(_:)`` gave, or new memory.
  package mutating func give(_ piece: Piece) {
    let index = firstFree(from: piece.start)
    let joinsNext = index < free.count && free[index].start == piece.end
    let joinsPrevious = index > 0 && free[index - 1].end == piece.start
    switch (joinsPrevious, joinsNext) {
    case (true, true):
      free[index - 1].size += piece.size + free[index].size
      free.remove(at: index)
    case (true, false): free[index - 1].size += piece.size
    case (false, true): free[index] = Piece(start: piece.start, size: piece.size + free[index].size)
    case (false, false): free.insert(piece, at: index)
    }
  }

  /// Takes the free piece that ends at `end`; `nil` if there is none.
  package mutating func takeLast(endingAt end: UInt) -> Piece? {
    let index = firstFree(from: end) - 1
    guard index >= 0, free[index].end == end else { return nil }
    return free.remove(at: index)
  }

  /// The number of the first free piece at `address` or behind.
  private func firstFree(from address: UInt) -> Int {
    var (low, high) = (0, free.count)
    while low < high {
      let middle = (low + high) / 2
      if free[middle].start < address { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
