internal import SluiceSamples

extension PixelClip {
  /// A frame to be looked at.
  func image(ofFrame frame: Int) -> Image {
    Image(width: width, height: height, bytes: frames(CollectionOfOne(frame)).bytes)
  }
}

extension MaskedClip {
  /// A frame whose hidden parts are black.
  func maskedImage(ofFrame frame: Int) -> Image {
    let pixels = clip.pixels
    var bytes = pixels.image(ofFrame: frame).bytes
    let step = frame * mask.steps / pixels.frameCount
    let (high, wide) = (pixels.height / mask.rows, pixels.width / mask.columns)
    for row in 0..<pixels.height {
      for column in 0..<pixels.width
      where mask.values[(step * mask.rows + row / high) * mask.columns + column / wide] != 0 {
        for color in 0..<3 { bytes[(row * pixels.width + column) * 3 + color] = 0 }
      }
    }
    return Image(width: pixels.width, height: pixels.height, bytes: bytes)
  }
}
