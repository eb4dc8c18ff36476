internal import Glibc
internal import SluiceNN
package import SluiceTensor

/// Patches of a clip with their positions, as TimeSformer and ViViT make them.
struct SpaceTimeEmbedding: Sendable {
  private let configuration: SpaceTimeConfiguration
  private let classToken: Weight
  private let spaceTable: Weight?
  private let timeTable: Weight?
  private let patches: PatchEmbedding

  /// Declares tokens, tables and patch filters in `scope`, in the reference's order.
  init(_ scope: ParameterScope, _ configuration: SpaceTimeConfiguration) {
    self.configuration = configuration
    let width = configuration.dimension
    let places = configuration.patchesPerSide * configuration.patchesPerSide
    classToken = scope.weight("cls_token", [1, 1, width], .truncatedNormal(0.02))
    let isLearned = configuration.hasLearnedPositions
    spaceTable = isLearned ? scope.weight("pos_embed", [1, places + 1, width], .truncatedNormal(0.02)) : nil
    let steps = configuration.timeRows
    timeTable =
      isLearned && steps > 0 ? scope.weight("time_embed", [1, steps, width], .truncatedNormal(0.02)) : nil
    let size = configuration.patchSize
    let kernel = GridStride(configuration.tubeletSize ?? 1, size, size)
    patches = PatchEmbedding(
      scope["patch_embed.projection"], outputs: width, kernel: kernel, stride: kernel, padding: [0, 0, 0],
      weight: .kaiming(inputs: 3 * kernel.count), bias: .zeros, hasTimeAxis: configuration.tubeletSize != nil)
  }

  /// The patches of each time step behind the class token, with positions in space: `[B × t, 1 + p, D]`.
  func frames(_ clips: Tensor, _ pass: ForwardPass) -> Tensor {
    let (batch, steps, width) = (clips.shape[0], configuration.stepCount, configuration.dimension)
    let tokens = patches(clips)
    let rows = tokens.reshaped(batch * steps, tokens.shape[1] / steps, width)
    pass.observe("patch_tokens", rows)
    let classes = classToken.value.repeated(batch * steps)
    let size = configuration.patchSize
    let places = spacePositions(rows: clips.shape[3] / size, columns: clips.shape[4] / size)
    return .concatenated([classes, rows], axis: 1) + places
  }

  /// ``frames(_:_:)`` as one sequence per clip, steps innermost, with positions in time: `[B, 1 + p × t, D]`.
  func sequence(_ clips: Tensor, _ pass: ForwardPass) -> Tensor {
    let frames = frames(clips, pass)
    let (steps, width) = (configuration.stepCount, configuration.dimension)
    let (batch, places) = (frames.shape[0] / steps, frames.shape[1] - 1)
    // All steps have the same class token so far: take the first one's.
    let classes = frames.reshaped(batch, steps * (places + 1), width).slice(0..<1, axis: 1)
    let patches = frames.slice(1..<places + 1, axis: 1).reshaped(batch, steps, places, width).permuted(0, 2, 1, 3)
    let timed = patches + timePositions().reshaped(1, 1, steps, width)
    return .concatenated([classes, timed.reshaped(batch, places * steps, width)], axis: 1)
  }

  /// The table of positions in time, `[1, rows, D]`.
  func timePositions() -> Tensor {
    timeTable?.value ?? .waves(rows: configuration.timeRows, width: configuration.dimension)
  }

  private func spacePositions(rows: Int, columns: Int) -> Tensor {
    let (side, width) = (configuration.patchesPerSide, configuration.dimension)
    let table = spaceTable?.value ?? .waves(rows: side * side + 1, width: width)
    if rows == side, columns == side { return table }
    let resized = table.slice(1..<side * side + 1, axis: 1).reshaped(side * side, width).permuted(1, 0)
      .linear(.gridResize(from: side, rows: rows, columns: columns)).permuted(1, 0)
    return .concatenated([table.slice(0..<1, axis: 1), resized.reshaped(1, rows * columns, width)], axis: 1)
  }
}

extension SpaceTimeConfiguration {
  /// Rows of the time table; factorized attention has one for its class token.
  var timeRows: Int {
    switch attention {
    case .divided, .joint: stepCount
    case .factorized: stepCount + 1
    case .spaceOnly: 0
    }
  }
}

extension Tensor {
  /// Sines and cosines of falling frequency, `[1, rows, width]`: even columns sine, odd columns cosine.
  /// - Source: Vaswani et al., "Attention is all you need", section 3.5.
  package static func waves(rows: Int, width: Int) -> Tensor {
    Tensor([1, rows, width]) { elements in
      for row in 0..<rows {
        for column in 0..<width {
          let angle = Double(row) / pow(10_000, Double(2 * (column / 2)) / Double(width))
          elements[row * width + column] = Float(column % 2 == 0 ? sin(angle) : cos(angle))
        }
      }
    }
  }

  /// The matrix `[rows × columns, side × side]` that resizes a square table bicubically.
  ///
  /// Scale factors are (extent + 0.1) / side and used as they are, as in DINO's `interpolate_pos_encoding`.
  static func gridResize(from side: Int, rows: Int, columns: Int) -> Tensor {
    func along(_ extent: Int) -> Resampling {
      .cubic(from: side, to: extent, scale: (Double(extent) + 0.1) / Double(side))
    }
    let (vertical, horizontal) = (along(rows), along(columns))
    return Tensor([rows * columns, side * side]) { elements in
      for (row, rowTaps) in vertical.taps.enumerated() {
        for (column, columnTaps) in horizontal.taps.enumerated() {
          for (y, rowShare) in rowTaps {
            for (x, columnShare) in columnTaps {
              elements[(row * columns + column) * side * side + y * side + x] += Float(rowShare * columnShare)
            }
          }
        }
      }
    }
  }
}
