internal import SluiceKernels
internal import SluiceMedia

extension ColorDescription {
  /// Luma weights of red and blue; green has the rest.
  private var weights: (red: Double, blue: Double) {
    switch matrix {
    case .bt601: (0.299, 0.114)
    case .bt709: (0.2126, 0.0722)
    case .bt2020: (0.2627, 0.0593)
    case .smpte240m: (0.212, 0.087)
    case .fcc: (0.30, 0.11)
    }
  }

  /// From Y, U and V in 0…255 to R, G and B.
  /// - Source: ITU-T H.273, section 8.3.
  var matrixToRGB: sluice_yuv_matrix {
    let (red, blue) = weights
    let green = 1 - red - blue
    let luma = range == .limited ? 255.0 / 219 : 1
    let chroma = range == .limited ? 255.0 / 224 : 1
    return sluice_yuv_matrix(
      luma: Float(luma), offset: Float(range == .limited ? -16 * luma : 0),
      red_v: Float(2 * (1 - red) * chroma), green_u: Float(-2 * blue * (1 - blue) / green * chroma),
      green_v: Float(-2 * red * (1 - red) / green * chroma), blue_u: Float(2 * (1 - blue) * chroma))
  }
}
