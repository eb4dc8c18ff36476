internal import SluiceNN
internal import SluiceTensor

/// How a tensor of a file is fitted to a model of other sizes.
public struct ShapeFit: Sendable {
  /// How filters of images become filters of clips.
  public enum Inflation: String, Sendable, CaseIterable {
    /// Repeated over the frames, divided by their number.
    case average = "temporal_avg"
    /// In the middle frame, zeros in the others.
    case centerFrame = "center_frame"
  }

  /// Whether it is done only when resizing was asked for: the model then sees what it was not trained on.
  let isAsked: Bool
  /// Whether a tensor of one shape can be given another, which it does not have yet.
  let fits: @Sendable (_ stored: [Int], _ wanted: [Int]) -> Bool
  let value: @Sendable (_ tensor: Tensor, _ wanted: [Int]) -> Tensor

  /// Filters `[outputs, colors, H, W]` for `[outputs, colors, T, H, W]`.
  public static func inflated(_ inflation: Inflation) -> ShapeFit {
    ShapeFit(
      isAsked: false,
      fits: { stored, wanted in wanted.count == 5 && stored == Array(wanted[..<2]) + Array(wanted[3...]) },
      value: { filters, wanted in
        let (length, frame) = (wanted[2], wanted[3] * wanted[4])
        return Tensor(Shape(wanted)) { elements in
          filters.withFloats { source in
            for plane in 0..<wanted[0] * wanted[1] {
              for step in 0..<length where inflation == .average || step == length / 2 {
                for pixel in 0..<frame {
                  let value = source[plane * frame + pixel]
                  elements[(plane * length + step) * frame + pixel] =
                    inflation == .average ? value / Float(length) : value
                }
              }
            }
          }
        }
      })
  }

  /// Filters `[outputs, colors, T, H, W]` for `[outputs, colors, H, W]`: their sum over the frames, so that an image gives
  /// what a clip of it would.
  public static let flattened: ShapeFit = ShapeFit(
    isAsked: false,
    fits: { stored, wanted in stored.count == 5 && wanted == Array(stored[..<2]) + Array(stored[3...]) },
    value: { filters, wanted in
      (1..<filters.shape[2]).reduce(filters.slice(0..<1, axis: 2)) { $0 + filters.slice($1..<$1 + 1, axis: 2) }
        .reshaped(Shape(wanted))
    })

  /// Filters `[outputs, colors, T, H, W]` for another number of frames, with the same sum over them.
  public static let filterLength: ShapeFit = ShapeFit(
    isAsked: true,
    fits: { stored, wanted in
      stored.count == 5 && wanted.count == 5 && stored[..<2] == wanted[..<2] && stored[3...] == wanted[3...]
    },
    value: { filters, wanted in
      let old = filters.shape[2]
      return Resampling.linear(from: old, to: wanted[2])(filters, axis: 2) * (Float(old) / Float(wanted[2]))
    })

  /// A table `[1, leading + n, D]` of positions along a line for another number of them, linearly; `leading` rows stay.
  public static func line(leading: Int = 0) -> ShapeFit {
    ShapeFit(isAsked: true, fits: isTable(leading)) { table, wanted in
      table.resizing(leading) { Resampling.linear(from: $0.shape[1], to: wanted[1] - leading)($0, axis: 1) }
    }
  }

  /// A table `[1, leading + steps · rows · columns, D]` of positions on a grid for another one, each step bicubically;
  /// `leading` rows stay.
  ///
  /// The stored grid has as many steps, and its frames are squares.
  /// - Parameters:
  ///   - steps: of both grids.
  ///   - rows: of the model's grid.
  ///   - columns: of the model's grid.
  public static func grid(leading: Int = 0, steps: Int = 1, rows: Int, columns: Int) -> ShapeFit {
    let isTable = isTable(leading)
    return ShapeFit(
      isAsked: true,
      fits: { stored, wanted in
        isTable(stored, wanted) && wanted[1] == leading + steps * rows * columns
          && (stored[1] - leading) % steps == 0 && side((stored[1] - leading) / steps) != nil
      },
      value: { table, _ in
        table.resizing(leading) { positions in
          // Checked when it was said to fit.
          let side = side(positions.shape[1] / steps)!
          let squares = positions.reshaped(steps, side, side, positions.shape[2])
          let tall = Resampling.cubic(from: side, to: rows)(squares, axis: 1)
          return Resampling.cubic(from: side, to: columns)(tall, axis: 2).reshaped(
            1, steps * rows * columns, positions.shape[2])
        }
      })
  }

  /// A table `[2n − 1, D]` of distances along a line for other extents, linearly.
  public static let distances: ShapeFit = ShapeFit(
    isAsked: true,
    fits: { stored, wanted in
      stored.count == 2 && wanted.count == 2 && stored[1] == wanted[1] && stored[0] % 2 == 1 && wanted[0] % 2 == 1
    },
    value: { table, wanted in Resampling.linear(from: table.shape[0], to: wanted[0])(table, axis: 0) })

  private static func isTable(_ leading: Int) -> @Sendable ([Int], [Int]) -> Bool {
    { stored, wanted in
      stored.count == 3 && wanted.count == 3 && stored[0] == 1 && wanted[0] == 1 && stored[2] == wanted[2]
        && stored[1] > leading && wanted[1] > leading
    }
  }

  /// The side of a square of so many cells.
  static func side(_ count: Int) -> Int? {
    let side = Int(Double(count).squareRoot().rounded())
    return side * side == count ? side : nil
  }
}

extension Tensor {
  /// A table `[1, rows, D]` whose rows behind the leading ones were resized.
  fileprivate func resizing(_ leading: Int, _ resize: (Tensor) -> Tensor) -> Tensor {
    let rest = resize(slice(leading..<shape[1], axis: 1))
    return leading == 0 ? rest : .concatenated([slice(0..<leading, axis: 1), rest], axis: 1)
  }
}
