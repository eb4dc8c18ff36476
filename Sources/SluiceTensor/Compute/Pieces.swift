internal import SluiceKernels

/// Rows of several tensors of one size, a few kilobytes at a time, as single-precision numbers.
///
/// Kernels compute in single precision. What is stored in bfloat16 is widened in front of them and narrowed behind them,
/// while it is in the processor's first cache.
@safe struct Pieces {
  private let width: Int
  private let inputs: [Tensor]
  private let outputs: [Tensor]
  private let isMixed: Bool

  typealias Pointers = [UnsafeMutablePointer<Float>]
  /// What is done with some rows: `from` points at the inputs' numbers, `to` at the outputs'.
  typealias Body = (_ rows: Range<Int>, _ from: Pointers, _ to: Pointers) -> Void

  /// Pieces of `inputs`, to be read, and `outputs`, to be written, in rows of `width` numbers.
  init(width: Int, reading inputs: [Tensor], writing outputs: [Tensor] = []) {
    self.width = max(width, 1)
    self.inputs = inputs
    self.outputs = outputs
    isMixed = (inputs + outputs).contains { $0.elementType == .bfloat16 }
  }

  /// Calls `body` with all rows, shared by the team.
  func forEach(rows: Int, _ body: Body) {
    Compute.current.team.forEachRange(rows, grain: max(1, (1 << 14) / width)) { unsafe run($0, body) }
  }

  /// Calls `body` with the rows of `range` on this thread.
  func run(_ range: Range<Int>, _ body: Body) {
    guard isMixed else {
      let start = range.lowerBound * width
      let from = unsafe inputs.map { unsafe $0.pointer + start }
      let to = unsafe outputs.map { unsafe $0.pointer + start }
      return unsafe body(range, from, to)
    }
    let step = max(1, (1 << 12) / width)
    let rooms = (inputs + outputs).map { tensor in
      tensor.elementType == .bfloat16 ? Tensor(uninitialized: [step * width]) : nil
    }
    // Where a piece's numbers are: in the tensor, or in its room.
    func starts(_ tensors: ArraySlice<Tensor>) -> Pointers {
      unsafe tensors.indices.map { index in unsafe rooms[index]?.pointer ?? tensors[index].pointer }
    }
    let tensors = inputs + outputs
    var from = unsafe starts(tensors[..<inputs.count])
    var to = unsafe starts(tensors[inputs.count...])
    for first in stride(from: range.lowerBound, to: range.upperBound, by: step) {
      let rows = first..<min(range.upperBound, first + step)
      let (start, count) = (first * width, rows.count * width)
      for index in inputs.indices {
        if rooms[index] == nil {
          unsafe from[index] = inputs[index].pointer + start
        } else {
          unsafe sluice_widen(inputs[index].bfloatPointer + start, from[index], count)
        }
      }
      for index in outputs.indices where rooms[inputs.count + index] == nil {
        unsafe to[index] = outputs[index].pointer + start
      }
      unsafe body(rows, from, to)
      for index in outputs.indices where rooms[inputs.count + index] != nil {
        unsafe sluice_narrow(to[index], outputs[index].bfloatPointer + start, count)
      }
    }
  }
}
