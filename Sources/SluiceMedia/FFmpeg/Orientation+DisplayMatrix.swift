internal import CFFmpeg

extension Orientation {
  /// The turn that the `ffmpeg` program applies; other angles than quarter turns leave the frame as it is.
  init(matrix: UnsafePointer<Int32>?) {
    self.init()
    guard let matrix = unsafe matrix else { return }
    let angle = unsafe -av_display_rotation_get(matrix).rounded()
    guard angle.isFinite else { return }
    switch ((Int(angle) % 360) + 360) % 360 {
    case 89...91:
      isTransposed = true
      let isMirrored = unsafe matrix[3] > 0
      isMirroredHorizontally = !isMirrored
    case 179...181:
      isMirroredHorizontally = unsafe matrix[0] < 0
      isMirroredVertically = unsafe matrix[4] < 0
    case 269...271:
      isTransposed = true
      let isMirrored = unsafe matrix[3] < 0
      isMirroredHorizontally = isMirrored
      isMirroredVertically = true
    case 0, 1, 359:
      isMirroredVertically = unsafe matrix[4] < 0
    default:
      break
    }
  }
}
