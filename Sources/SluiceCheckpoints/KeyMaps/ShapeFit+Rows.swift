package import SluiceTensor

extension ShapeFit {
  /// A table `[leading + rows · columns, D]` of positions on a grid for another one, bicubically; `leading` rows stay.
  ///
  /// As ``grid(leading:steps:rows:columns:)``, for tables without an axis for samples.
  public static func gridRows(leading: Int = 0, rows: Int, columns: Int) -> ShapeFit {
    let table = grid(leading: leading, rows: rows, columns: columns)
    return ShapeFit(
      isAsked: table.isAsked,
      fits: { stored, wanted in stored.count == 2 && wanted.count == 2 && table.fits([1] + stored, [1] + wanted) },
      value: { positions, wanted in
        table.value(positions.reshaped([1] + positions.shape.dimensions), [1] + wanted).reshaped(wanted)
      })
  }

  /// A tensor of a file as one of shape `wanted`.
  /// - Precondition: it fits.
  package func callAsFunction(_ tensor: Tensor, shape wanted: [Int]) -> Tensor { value(tensor, wanted) }
}
