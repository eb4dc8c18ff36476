internal import SluiceKernels
internal import SluiceMedia

extension PixelWorker {
  /// All steps and the normalization of one frame.
  /// - Parameters:
  ///   - values: where each color's plane goes.
  ///   - joined: where `[H, W, 3]` bytes go; `nil` leaves them out.
  func finish(
    _ plan: PixelPlan, on frame: VideoFrame, normalization: Normalization, values: [UnsafeMutablePointer<Float>?],
    joined: UnsafeMutablePointer<UInt8>?
  ) {
    let area = plan.size.width * plan.size.height
    switch plan.steps.last {
    case .fused(let taps) where plan.steps.count == 1:
      let bytes = unsafe joined == nil ? nil : next(plan.size)
      unsafe fuse(frame, taps, values: values, normalization: normalization, bytes: bytes)
    case .resize(let box, let columns, let rows, let needed, let isUnrounded):
      let from: Planes
      if plan.steps.count == 1 {
        unsafe from = decoded(frame, box, needed)
      } else {
        run(plan.steps.dropLast(), on: frame)
        unsafe from = part(box)
      }
      let bytes = unsafe joined == nil ? nil : next(plan.size)
      unsafe resize(
        from, box, columns, rows, bytes: bytes, isUnrounded: isUnrounded, normalization: normalization, values: values)
    default:
      run(plan, on: frame)
      for color in 0..<3 {
        unsafe sluice_normalize(
          image + color * area, area, normalization.mean[color], normalization.deviation[color], values[color])
      }
    }
    if let joined = unsafe joined { unsafe sluice_rgb_join(image, image + area, image + 2 * area, area, joined) }
  }

  /// Crop, resize, conversion and normalization in one pass.
  /// - Parameters:
  ///   - values: where each color's normalized plane goes; `nil` leaves them out.
  ///   - bytes: where three planes of bytes go; `nil` leaves them out.
  func fuse(
    _ frame: VideoFrame, _ taps: FusedTaps, values: [UnsafeMutablePointer<Float>?]?, normalization: Normalization,
    bytes: UnsafeMutablePointer<UInt8>?
  ) {
    let widest = max(taps.luma.part.width, taps.chroma?.part.width ?? 0)
    let scratch = unsafe floats.room(sluice_fused_scratch(Int32(widest), Int32(taps.luma.columns.count)))
    let scale = normalization.deviation.map { 1 / (255 * $0) }
    let offset = zip(normalization.mean, normalization.deviation).map { -$0 / $1 }
    unsafe taps.luma.withKernelPlane(frame, 0) { y in
      guard let chroma = taps.chroma else {
        unsafe sluice_fused(y, nil, nil, nil, scale, offset, values, bytes, scratch)
        return
      }
      unsafe chroma.withKernelPlane(frame, 1) { u in
        unsafe chroma.withKernelPlane(frame, 2) { v in
          unsafe withUnsafePointer(to: frame.color.matrixToRGB) { matrix in
            unsafe sluice_fused(y, u, v, matrix, scale, offset, values, bytes, scratch)
          }
        }
      }
    }
  }
}

extension FusedTaps.Plane {
  func withKernelPlane(_ frame: VideoFrame, _ number: Int, _ body: (UnsafePointer<sluice_fused_plane>) -> Void) {
    let stored = unsafe frame.storage.planes[number]
    unsafe columns.withKernelTaps { columns in
      unsafe rows.withKernelTaps { rows in
        var plane = unsafe sluice_fused_plane(
          plane: stored.base + part.top * stored.bytesPerRow + part.left, stride: stored.bytesPerRow,
          width: Int32(part.width), columns: columns.pointee, rows: rows.pointee)
        unsafe body(&plane)
      }
    }
    extendLifetime(frame)
  }
}
