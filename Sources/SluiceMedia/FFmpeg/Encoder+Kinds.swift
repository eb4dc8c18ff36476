internal import CFFmpeg

extension Encoder {
  /// The encoder of a video.
  init(
    _ encoding: VideoEncoding, like frame: VideoFrame, wantsGlobalHeader: Bool, path: String
  ) throws(MediaError) {
    try unsafe self.init(name: encoding.encoder, like: frame, path: path) { context, options in
      unsafe context.pointee.time_base = AVRational(num: 1, den: Int32(clamping: encoding.framesPerSecond))
      unsafe context.pointee.framerate = AVRational(num: Int32(clamping: encoding.framesPerSecond), den: 1)
      unsafe context.pointee.gop_size = Int32(clamping: encoding.keyInterval)
      unsafe context.pointee.max_b_frames = Int32(clamping: encoding.reorderedFrames)
      if wantsGlobalHeader { unsafe context.pointee.flags |= Int32(AV_CODEC_FLAG_GLOBAL_HEADER) }
      options = encoding.options.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
      if encoding.encoder == "libx264" {
        options += [("crf", String(encoding.quality)), ("threads", "1")]
        if let kernels = Encoder.x264Kernels {
          let own = encoding.options["x264-params"].map { "\($0):" } ?? ""
          options.append(("x264-params", own + kernels))
        }
      }
    }
  }

  // x264's AVX-512 kernels read memory that nobody wrote (seen in version 164, at widths that are no multiple of 128), so
  // that equal frames give different files. All its other kernels agree with each other.
  private static let x264Kernels: String? = av_get_cpu_flags() & AV_CPU_FLAG_AVX512 != 0 ? "asm=AVX2" : nil

  /// The encoder of a single image.
  /// - Parameter quality: of JPEG, 1 (best) … 31.
  init(image codec: ImageCodec, like frame: VideoFrame, quality: Int, path: String) throws(MediaError) {
    try unsafe self.init(name: codec == .png ? "png" : "mjpeg", like: frame, path: path) { context, _ in
      if codec == .jpeg {
        unsafe context.pointee.flags |= Int32(AV_CODEC_FLAG_QSCALE)
        unsafe context.pointee.global_quality = Int32(clamping: max(1, min(31, quality))) * FF_QP2LAMBDA
        unsafe context.pointee.strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL
      }
    }
  }
}
