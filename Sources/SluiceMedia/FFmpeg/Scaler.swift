internal import CFFmpeg

/// Conversion between pixel formats by libswscale, at the accurate end of its settings.
enum Scaler {
  /// Converts a frame into `storage`, which is tightly packed, without changing its size.
  static func convert(
    _ picture: UnsafeMutablePointer<AVFrame>, format: AVPixelFormat, color: ColorDescription, to storage: FrameStorage,
    layout: PixelLayout, width: Int, height: Int, path: String
  ) throws(MediaError) {
    let planes = unsafe [
      UnsafePointer(picture.pointee.data.0), UnsafePointer(picture.pointee.data.1),
      UnsafePointer(picture.pointee.data.2), UnsafePointer(picture.pointee.data.3),
    ]
    let strides = unsafe [
      picture.pointee.linesize.0, picture.pointee.linesize.1, picture.pointee.linesize.2, picture.pointee.linesize.3,
    ]
    try unsafe convert(
      planes, strides, format: format, color: color, to: storage, layout: layout, width: width, height: height,
      path: path)
  }

  static func convert(
    _ planes: [UnsafePointer<UInt8>?], _ strides: [Int32], format: AVPixelFormat, color: ColorDescription,
    to storage: FrameStorage, range: ColorDescription.Range? = nil, layout: PixelLayout, width: Int, height: Int,
    path: String
  ) throws(MediaError) {
    var outputs: [UnsafeMutablePointer<UInt8>?] = unsafe storage.planes.map {
      unsafe UnsafeMutablePointer(mutating: $0.base)
    }
    var outputStrides = unsafe storage.planes.map { unsafe Int32($0.bytesPerRow) }
    while unsafe outputs.count < 4 {
      unsafe outputs.append(nil)
      outputStrides.append(0)
    }
    try unsafe run(
      planes, strides, Form(format: format, range: color.range), outputs, outputStrides,
      Form(format: layout.format, range: range ?? color.range), color.matrix, width: width, height: height, path: path)
  }

  /// R, G, B and alpha of each pixel of a decoder's frame, row by row.
  static func pixelsWithAlpha(of picture: UnsafeMutablePointer<AVFrame>, path: String) throws(MediaError) -> [UInt8] {
    let (width, height) = unsafe (Int(picture.pointee.width), Int(picture.pointee.height))
    let format = unsafe AVPixelFormat(rawValue: picture.pointee.format)
    let color = unsafe ColorDescription(
      matrix: picture.pointee.colorspace, range: picture.pointee.color_range, format: format)
    let planes = unsafe [
      UnsafePointer(picture.pointee.data.0), UnsafePointer(picture.pointee.data.1),
      UnsafePointer(picture.pointee.data.2), UnsafePointer(picture.pointee.data.3),
    ]
    let strides = unsafe [
      picture.pointee.linesize.0, picture.pointee.linesize.1, picture.pointee.linesize.2, picture.pointee.linesize.3,
    ]
    // The fourth byte stays opaque where the frame has no alpha.
    let storage = FrameStorage(width: 4 * width, height: height, layout: .gray)
    let outputs = unsafe [Optional(storage.base), nil, nil, nil]
    try unsafe run(
      planes, strides, Form(format: format, range: color.range), outputs, [Int32(4 * width), 0, 0, 0],
      Form(format: AV_PIX_FMT_RGBA, range: color.range), color.matrix, width: width, height: height, path: path)
    return unsafe Array(UnsafeBufferPointer(start: storage.base, count: storage.byteCount))
  }

  private struct Form {
    let format: AVPixelFormat
    let range: ColorDescription.Range
    var isRGB: Bool { format == AV_PIX_FMT_RGB24 || format == AV_PIX_FMT_RGBA }
  }

  private static func run(
    _ planes: [UnsafePointer<UInt8>?], _ strides: [Int32], _ source: Form, _ outputs: [UnsafeMutablePointer<UInt8>?],
    _ outputStrides: [Int32], _ target: Form, _ matrix: ColorDescription.Matrix, width: Int, height: Int, path: String
  ) throws(MediaError) {
    try FFmpeg.require(for: path)
    guard let context = unsafe sws_alloc_context() else { fatalError("out of memory: sws_alloc_context") }
    defer { unsafe sws_freeContext(context) }
    let flags = SWS_BILINEAR | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP | SWS_BITEXACT
    let options: [(String, Int)] = [
      ("srcw", width), ("srch", height), ("dstw", width), ("dsth", height),
      ("src_format", Int(source.format.rawValue)), ("dst_format", Int(target.format.rawValue)),
      ("sws_flags", Int(flags)), ("src_range", source.range == .full ? 1 : 0),
      ("dst_range", target.range == .full ? 1 : 0),
    ]
    for (name, value) in options { unsafe av_opt_set_int(UnsafeMutableRawPointer(context), name, Int64(value), 0) }
    if let form = PixelForm(source.format), target.isRGB {
      // Chroma stands at the left luma sample of each pair, and between two rows (H.264's default).
      if form.chromaShift.width == 1 { unsafe av_opt_set_int(UnsafeMutableRawPointer(context), "src_h_chr_pos", 0, 0) }
      if form.chromaShift.height == 1 {
        unsafe av_opt_set_int(UnsafeMutableRawPointer(context), "src_v_chr_pos", 128, 0)
      }
    }
    var code = unsafe sws_init_context(context, nil, nil)
    if code >= 0 {
      let coefficients = unsafe sws_getCoefficients(matrix.swscale)
      let (from, to): (Int32, Int32) = (source.range == .full ? 1 : 0, target.isRGB || target.range == .full ? 1 : 0)
      unsafe sws_setColorspaceDetails(context, coefficients, from, coefficients, to, 0, 1 << 16, 1 << 16)
      code = unsafe sws_scale(context, planes, strides, 0, Int32(height), outputs, outputStrides)
    }
    guard code >= 0 else {
      throw MediaError(
        .unsupported, path: path,
        "its frames (\(FFmpeg.formatName(source.format.rawValue)), \(width)×\(height)) cannot be converted: "
          + FFmpeg.message(code))
    }
  }
}

extension ColorDescription.Matrix {
  fileprivate var swscale: Int32 {
    switch self {
    case .bt601: SWS_CS_ITU601
    case .bt709: SWS_CS_ITU709
    case .bt2020: SWS_CS_BT2020
    case .smpte240m: SWS_CS_SMPTE240M
    case .fcc: SWS_CS_FCC
    }
  }
}

extension VideoFrame {
  /// The frame in 8-bit R, G, B: the stream's matrix and range, chroma sited left and interpolated bilinearly.
  ///
  /// Returns the frame itself if it is RGB already.
  public func convertedToRGB() -> VideoFrame {
    do {
      return try converted(to: .rgb)
    } catch {
      preconditionFailure("libswscale converts every layout to RGB: \(error)")
    }
  }

  /// The frame in another layout or range, in own memory.
  func converted(to target: PixelLayout, range: ColorDescription.Range? = nil) throws(MediaError) -> VideoFrame {
    var color = color
    color.range = range ?? color.range
    guard layout != target || color != self.color else { return self }
    let storage = FrameStorage(width: width, height: height, layout: target)
    var planes: [UnsafePointer<UInt8>?] = unsafe self.storage.planes.map { unsafe $0.base }
    var strides = unsafe self.storage.planes.map { unsafe Int32($0.bytesPerRow) }
    while unsafe planes.count < 4 {
      unsafe planes.append(nil)
      strides.append(0)
    }
    try unsafe Scaler.convert(
      planes, strides, format: layout.format, color: self.color, to: storage, range: color.range, layout: target,
      width: width, height: height, path: "frame")
    return VideoFrame(width: width, height: height, layout: target, color: color, time: time, storage: storage)
  }
}
