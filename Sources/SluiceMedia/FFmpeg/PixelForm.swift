internal import CFFmpeg

/// What matters here of one of FFmpeg's pixel formats, AVPixFmtDescriptor.
struct PixelForm {
  private let format: AVPixelFormat
  private let componentCount: Int
  private let isPlanarYUV: Bool
  private let isRGB: Bool
  private let isPlainWords: Bool
  /// Bits of a sample.
  let depth: Int
  /// Binary logarithms of how much smaller chroma is.
  let chromaShift: (width: Int, height: Int)

  init?(_ format: AVPixelFormat) {
    guard let found = unsafe av_pix_fmt_desc_get(format) else { return nil }
    let description = unsafe found.pointee
    self.format = format
    let flags = unsafe Int32(truncatingIfNeeded: description.flags)
    componentCount = unsafe Int(description.nb_components)
    isRGB = flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL) != 0
    isPlanarYUV = unsafe !isRGB && flags & AV_PIX_FMT_FLAG_PLANAR != 0 && description.comp.2.plane == 2
    depth = unsafe Int(description.comp.0.depth)
    let unfit = AV_PIX_FMT_FLAG_BE | AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_FLOAT | AV_PIX_FMT_FLAG_BITSTREAM
    isPlainWords = unsafe flags & unfit == 0 && description.comp.0.shift == 0 && description.comp.0.step == 2
    chromaShift = unsafe (Int(description.log2_chroma_w), Int(description.log2_chroma_h))
  }

  /// The layout that an 8-bit format has already.
  var ownLayout: PixelLayout? {
    switch format {
    case AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUVA420P: .yuv420
    case AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUVA422P: .yuv422
    case AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUVA444P: .yuv444
    case AV_PIX_FMT_GRAY8: .gray
    case AV_PIX_FMT_RGB24: .rgb
    default: nil
    }
  }

  /// The layout of gray or planar YUV samples of more than 8 bits, once they are reduced.
  var reducedLayout: PixelLayout? {
    guard isPlainWords, (9...16).contains(depth), !isRGB else { return nil }
    if componentCount == 1 { return .gray }
    guard componentCount >= 3, isPlanarYUV else { return nil }
    switch chromaShift {
    case (1, 1): return .yuv420
    case (1, 0): return .yuv422
    case (0, 0): return .yuv444
    default: return nil
    }
  }

  /// The layout that loses least of any other format.
  var nearestLayout: PixelLayout {
    if isRGB { return .rgb }
    if componentCount < 3 { return .gray }
    switch chromaShift {
    case (1, 1): return .yuv420
    case (1, 0): return .yuv422
    default: return .yuv444
    }
  }
}

extension PixelLayout {
  /// FFmpeg's name.
  var format: AVPixelFormat {
    switch self {
    case .yuv420: AV_PIX_FMT_YUV420P
    case .yuv422: AV_PIX_FMT_YUV422P
    case .yuv444: AV_PIX_FMT_YUV444P
    case .gray: AV_PIX_FMT_GRAY8
    case .rgb: AV_PIX_FMT_RGB24
    }
  }
}

extension ColorDescription {
  /// What a frame's tags say; what they leave open is BT.601, limited.
  init(matrix tag: AVColorSpace, range tagged: AVColorRange, format: AVPixelFormat) {
    self.init()
    switch tag {
    case AVCOL_SPC_BT709: matrix = .bt709
    case AVCOL_SPC_BT2020_NCL, AVCOL_SPC_BT2020_CL: matrix = .bt2020
    case AVCOL_SPC_SMPTE240M: matrix = .smpte240m
    case AVCOL_SPC_FCC: matrix = .fcc
    default: matrix = .bt601
    }
    let full = [
      AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUVJ440P, AV_PIX_FMT_YUVJ411P,
    ]
    range = tagged == AVCOL_RANGE_JPEG || full.contains(format) ? .full : .limited
  }
}
