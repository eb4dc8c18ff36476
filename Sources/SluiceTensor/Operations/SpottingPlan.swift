internal import SluiceKernels

/// The loops of concept spotting: for a block of texts the scores of all words and frames, and what becomes of them.
///
/// A block's size follows from the sizes alone, and every sum has a fixed order: results do not depend on the number of
/// threads.
struct SpottingPlan: Sendable {
  /// Gradients to be written, each `nil` where it is not wanted.
  struct Slopes {
    let frames: Tensor?
    let words: Tensor?
    let texts: Tensor?
  }

  let videos: Int
  /// Frames of a video.
  let frames: Int
  let texts: Int
  /// Words of a text.
  let words: Int
  let width: Int
  let temperature: Float

  init(frames: Shape, words: Shape, _ temperature: Float) {
    require(
      frames.rank == 3 && words.rank == 3 && frames[2] == words[2] && frames.count > 0 && words.count > 0,
      ShapeError("spotting", [frames, words], "wanted are [B, T, D] and [A, W, D]"))
    precondition(temperature > 0, "spotting: temperature \(temperature), above 0 is wanted")
    (videos, self.frames, width) = (frames[0], frames[1], frames[2])
    (texts, self.words) = (words[0], words[1])
    self.temperature = temperature
  }

  /// Multiply-adds of all words with all frames, times two.
  var operations: Int { 2 * texts * words * columns * width }

  /// Frames of all videos: the columns of scores.
  private var columns: Int { videos * frames }

  /// Texts at a time: 16 MB of scores, or one text.
  private var block: Int { min(texts, max(1, (1 << 22) / (words * columns))) }

  private func eachBlock(_ body: (Range<Int>) -> Void) {
    for start in stride(from: 0, to: texts, by: block) { body(start..<min(start + block, texts)) }
  }

  /// `[B, A]`.
  func scores(_ frames: Tensor, _ words: Tensor, _ texts: Tensor) -> Tensor {
    let (fits, room) = (self.fits(frames, texts), Room(self))
    let result = Tensor(uninitialized: [videos, self.texts])
    eachBlock { block in
      spot(block, frames, words, room)
      Compute.current.team.forEach(block.count) { text in
        for video in 0..<videos {
          let shares = unsafe room.shares.pointer + text * columns + video * self.frames
          let fit = unsafe fits.pointer + (block.lowerBound + text) * columns + video * self.frames
          let sum = unsafe sluice_dot(shares, fit, self.frames)
          unsafe result.pointer[video * self.texts + block.lowerBound + text] = Float(sum / Double(self.words))
        }
      }
    }
    return result
  }

  /// `[B, A, T]`.
  func saliency(_ frames: Tensor, _ words: Tensor) -> Tensor {
    let room = Room(self)
    let result = Tensor(uninitialized: [videos, texts, self.frames])
    eachBlock { block in
      spot(block, frames, words, room)
      for text in 0..<block.count {
        for video in 0..<videos {
          let shares = unsafe room.shares.pointer + text * columns + video * self.frames
          let to = unsafe result.pointer + (video * texts + block.lowerBound + text) * self.frames
          unsafe sluice_scale(shares, 1 / Float(self.words), 0, to, self.frames)
        }
      }
    }
    return result
  }

  /// Writes the gradients for `gradient`, `[B, A]`, of the scores.
  func backward(_ frames: Tensor, _ words: Tensor, _ texts: Tensor, _ gradient: Tensor, into slopes: Slopes) {
    let (fits, room) = (self.fits(frames, texts), Room(self))
    // Of what each text makes of each frame alone.
    let direct = Tensor(uninitialized: fits.shape)
    let spread = slopes.frames == nil && slopes.words == nil ? nil : Tensor(uninitialized: room.scores.shape)
    eachBlock { block in
      spot(block, frames, words, room)
      weigh(block, gradient, room.shares, fits, direct: direct)
      guard let spread else { return }
      spreadSlopes(block, fits, room.scores, into: spread)
      backward(block, frames, words, spread, into: slopes)
    }
    let across = unsafe Matrix(direct.pointer, stride: columns)
    if let to = slopes.frames {
      unsafe MatrixProduct.shared(
        across.transposed, Matrix(texts.pointer, stride: width), into: Matrix(to.pointer, stride: width),
        rows: columns, columns: width, inner: self.texts, keep: 1)
    }
    if let to = slopes.texts {
      unsafe MatrixProduct.shared(
        across, Matrix(frames.pointer, stride: width), into: Matrix(to.pointer, stride: width), rows: self.texts,
        columns: width, inner: columns)
    }
  }

  /// What the words of `block` send back to themselves and, added up, to the frames.
  private func backward(
    _ block: Range<Int>, _ frames: Tensor, _ words: Tensor, _ spread: Tensor, into slopes: Slopes
  ) {
    let (rows, offset) = (block.count * self.words, block.lowerBound * self.words * width)
    let scores = unsafe Matrix(spread.pointer, stride: columns)
    if let to = slopes.frames {
      unsafe MatrixProduct.shared(
        scores.transposed, Matrix(words.pointer + offset, stride: width), into: Matrix(to.pointer, stride: width),
        rows: columns, columns: width, inner: rows, keep: 1)
    }
    if let to = slopes.words {
      unsafe MatrixProduct.shared(
        scores, Matrix(frames.pointer, stride: width), into: Matrix(to.pointer + offset, stride: width), rows: rows,
        columns: width, inner: columns)
    }
  }
}

extension SpottingPlan {
  /// What a block of texts is computed in.
  private struct Room {
    /// `[block · W, B · T]`: of each word the shares of each video's frames.
    let scores: Tensor
    let logSums: Tensor
    /// `[block, B · T]`: the sum of the shares over a text's words.
    let shares: Tensor

    init(_ plan: SpottingPlan) {
      let rows = plan.block * plan.words
      scores = Tensor(uninitialized: [rows, plan.columns])
      logSums = Tensor(uninitialized: [rows * plan.videos])
      shares = Tensor(uninitialized: [plan.block, plan.columns])
    }
  }

  /// `text · frame` of all, `[A, B · T]`.
  private func fits(_ frames: Tensor, _ texts: Tensor) -> Tensor {
    let result = Tensor(uninitialized: [self.texts, columns])
    unsafe MatrixProduct.shared(
      Matrix(texts.pointer, stride: width), Matrix(frames.pointer, stride: width).transposed,
      into: Matrix(result.pointer, stride: columns), rows: self.texts, columns: columns, inner: width)
    return result
  }

  /// The shares of all frames for the words of `block`, and their sums.
  private func spot(_ block: Range<Int>, _ frames: Tensor, _ words: Tensor, _ room: Room) {
    let rows = block.count * self.words
    unsafe MatrixProduct.shared(
      Matrix(words.pointer + block.lowerBound * self.words * width, stride: width),
      Matrix(frames.pointer, stride: width).transposed, into: Matrix(room.scores.pointer, stride: columns),
      rows: rows, columns: columns, inner: width)
    let team = Compute.current.team
    team.forEachRange(rows * videos, grain: max(1, (1 << 14) / self.frames)) { range in
      let start = range.lowerBound
      unsafe sluice_softmax(
        room.scores.pointer + start * self.frames, nil, 0, 1 / temperature, room.logSums.pointer + start, range.count,
        self.frames)
    }
    team.forEach(block.count) { text in
      let to = unsafe room.shares.pointer + text * columns
      unsafe to.update(repeating: 0, count: columns)
      unsafe sluice_sum_rows(room.scores.pointer + text * self.words * columns, to, self.words, columns)
    }
  }

  /// Writes the gradient of each fit: the score's times the frame's share.
  ///
  /// In place of fits it leaves the gradients of a word's shares, over the temperature.
  private func weigh(_ block: Range<Int>, _ gradient: Tensor, _ shares: Tensor, _ fits: Tensor, direct: Tensor) {
    Compute.current.team.forEach(block.count) { text in
      let row = (block.lowerBound + text) * columns
      for video in 0..<videos {
        let upper = unsafe gradient.pointer[video * texts + block.lowerBound + text] / Float(words)
        let (own, from) = (row + video * frames, text * columns + video * frames)
        for frame in 0..<frames {
          unsafe direct.pointer[own + frame] = upper * shares.pointer[from + frame]
          unsafe fits.pointer[own + frame] *= upper / temperature
        }
      }
    }
  }

  /// The gradients of the scores of `block`: every word of a text has the same ones of its shares.
  private func spreadSlopes(_ block: Range<Int>, _ slopes: Tensor, _ shares: Tensor, into result: Tensor) {
    Compute.current.team.forEachRange(block.count * words, grain: max(1, (1 << 14) / columns)) { range in
      for row in range {
        let to = unsafe result.pointer + row * columns
        unsafe to.update(from: slopes.pointer + (block.lowerBound + row / words) * columns, count: columns)
        unsafe sluice_softmax_backward(shares.pointer + row * columns, to, videos, frames)
      }
    }
  }
}
