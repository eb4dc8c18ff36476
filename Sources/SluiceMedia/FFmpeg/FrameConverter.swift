internal import CFFmpeg

/// Makes frames of what decoders give: without a copy where the pipeline's layouts allow it.
enum FrameConverter {
  /// What a decoder gave, turned for display.
  /// - Parameter time: seconds from the first frame.
  static func frame(
    of picture: UnsafeMutablePointer<AVFrame>, time: Double?, orientation: Orientation, path: String
  ) throws(MediaError) -> VideoFrame {
    let stored = try unsafe frame(of: picture, time: time, path: path)
    return orientation.isIdentity ? stored : try stored.oriented(orientation)
  }

  private static func frame(
    of picture: UnsafeMutablePointer<AVFrame>, time: Double?, path: String
  ) throws(MediaError) -> VideoFrame {
    let format = unsafe AVPixelFormat(rawValue: picture.pointee.format)
    let width = unsafe Int(picture.pointee.width)
    let height = unsafe Int(picture.pointee.height)
    guard let form = PixelForm(format), width > 0, height > 0 else {
      throw MediaError(.cannotDecode, path: path, "the decoder gave a frame of \(width)×\(height) in no known format")
    }
    let color = unsafe ColorDescription(
      matrix: picture.pointee.colorspace, range: picture.pointee.color_range, format: format)
    if let layout = form.ownLayout, let storage = unsafe FrameStorage(sharing: picture, planes: layout.planeCount) {
      return VideoFrame(width: width, height: height, layout: layout, color: color, time: time, storage: storage)
    }
    if let layout = form.reducedLayout {
      let storage = FrameStorage(width: width, height: height, layout: layout)
      unsafe storage.reduce(picture, depth: form.depth, layout: layout)
      return VideoFrame(width: width, height: height, layout: layout, color: color, time: time, storage: storage)
    }
    let layout = form.nearestLayout
    let storage = FrameStorage(width: width, height: height, layout: layout)
    try unsafe Scaler.convert(
      picture, format: format, color: color, to: storage, layout: layout, width: width, height: height, path: path)
    return VideoFrame(width: width, height: height, layout: layout, color: color, time: time, storage: storage)
  }
}

extension FrameStorage {
  /// Refers to a decoder's frame for as long as this lives; `nil` if its rows run upwards.
  fileprivate convenience init?(sharing picture: UnsafeMutablePointer<AVFrame>, planes count: Int) {
    let bases = unsafe [picture.pointee.data.0, picture.pointee.data.1, picture.pointee.data.2]
    let strides = unsafe [picture.pointee.linesize.0, picture.pointee.linesize.1, picture.pointee.linesize.2]
    var planes: [Plane] = unsafe []
    for plane in 0..<count {
      guard let base = unsafe bases[plane], strides[plane] > 0 else { return nil }
      unsafe planes.append(Plane(base: UnsafePointer(base), bytesPerRow: Int(strides[plane])))
    }
    guard let reference = unsafe av_frame_clone(picture) else { fatalError("out of memory: av_frame_clone") }
    unsafe self.init(planes: planes) {
      var reference: UnsafeMutablePointer<AVFrame>? = unsafe reference
      unsafe av_frame_free(&reference)
    }
  }

  /// Fills own memory from samples of `depth` bits: v → min(255, (v + 2^(depth − 9)) >> (depth − 8)), to the nearest.
  fileprivate func reduce(_ picture: UnsafeMutablePointer<AVFrame>, depth: Int, layout: PixelLayout) {
    let (width, height) = unsafe (Int(picture.pointee.width), Int(picture.pointee.height))
    let bases = unsafe [picture.pointee.data.0, picture.pointee.data.1, picture.pointee.data.2]
    let strides = unsafe [picture.pointee.linesize.0, picture.pointee.linesize.1, picture.pointee.linesize.2]
    let shift = UInt32(depth - 8)
    let half: UInt32 = 1 << (shift - 1)
    var target = unsafe base
    for plane in 0..<layout.planeCount {
      let size = layout.planeSize(plane, width: width, height: height)
      guard let source = unsafe bases[plane] else { continue }
      for row in 0..<size.rows {
        let samples = unsafe UnsafeRawPointer(source + row * Int(strides[plane])).assumingMemoryBound(to: UInt16.self)
        for column in 0..<size.bytesPerRow {
          unsafe target[column] = UInt8(truncatingIfNeeded: min(255, (UInt32(samples[column]) + half) >> shift))
        }
        unsafe target += size.bytesPerRow
      }
    }
  }
}
