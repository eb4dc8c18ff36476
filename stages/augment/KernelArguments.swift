internal import SluiceKernels
internal import SluiceMedia

extension ResizeTaps {
  func withKernelTaps<Result>(_ body: (UnsafePointer<sluice_taps>) -> Result) -> Result {
    unsafe start.withUnsafeBufferPointer { start in
      unsafe weights.withUnsafeBufferPointer { weights in
        var taps = unsafe sluice_taps(
          count: Int32(count), taps: Int32(tapCount), start: start.baseAddress, weights: weights.baseAddress)
        return unsafe body(&taps)
      }
    }
  }
}

extension VideoFrame {
  /// The planes of a frame of Y, U and V, as kernels take them.
  func withKernelPlanes<Result>(_ body: (UnsafePointer<sluice_yuv_planes>) -> Result) -> Result {
    let planes = unsafe storage.planes
    defer { extendLifetime(self) }
    var source = unsafe sluice_yuv_planes(
      y: planes[0].base, u: planes[1].base, v: planes[2].base, luma_stride: planes[0].bytesPerRow,
      chroma_stride: planes[1].bytesPerRow, width: Int32(width), height: Int32(height),
      shift_x: layout == .yuv420 || layout == .yuv422 ? 1 : 0, shift_y: layout == .yuv420 ? 1 : 0)
    return unsafe body(&source)
  }
}
