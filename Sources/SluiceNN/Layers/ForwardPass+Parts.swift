internal import SluicePlatform
package import SluiceTensor

extension ForwardPass {
  /// What `body` makes of a batch, some samples at a time, without keeping what the gradients of a part need: that is
  /// recomputed on the way back, one part after the other.
  ///
  /// A part's random decisions are those that the whole batch would make for its samples, both times. Gradients are those of
  /// the whole batch but for the order of sums.
  /// - Parameters:
  ///   - size: samples of a part; all at once, and nothing recomputed, for 0.
  ///   - count: samples of the batch.
  ///   - body: makes equally many rows of each of some samples; gives the same result whenever it is called.
  /// - Returns: the rows of all samples behind one another.
  /// - Throws: what `body` throws.
  package func inParts(
    of size: Int, samples count: Int,
    _ body: @escaping @Sendable (_ samples: Range<Int>, _ pass: ForwardPass) throws -> Tensor
  ) throws -> Tensor {
    guard size > 0, size < count else { return try body(0..<count, self) }
    let makeSource = drawSource?.parts()
    let parts = try stride(from: 0, to: count, by: size).map { start -> Tensor in
      let part = DrawSource.Part(samples: start..<min(start + size, count), count: count)
      let (failure, used) = (Lock<(any Error)?>(nil), Lock<DrawSource?>(nil))
      let rows = Tensor.zeros([1]).recomputed { [recomputesBlocks] none in
        let source = makeSource?(part)
        used.withLock { $0 = source }
        do {
          return try body(
            part.samples, source.map { ForwardPass($0, recomputesBlocks: recomputesBlocks) } ?? .evaluation)
        } catch {
          // Only the first time: what went through it once does so again.
          failure.withLock { $0 = error }
          return none
        }
      }
      if let error = failure.withLock({ $0 }) { throw error }
      if let source = used.withLock({ $0 }) { drawSource?.advance(behind: source) }
      return rows
    }
    return .concatenated(parts, axis: 0)
  }
}
