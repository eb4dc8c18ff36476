import SluiceMedia

/// Codecs that FFmpeg's libraries may have encoders for, with and without reordered frames.
struct CodecKind: Sendable {
  var name: String
  var encoding: VideoEncoding
  /// What the `ffmpeg` program is told instead, for encoders of other forms of frames.
  var arguments: [String] = []
  /// A container that holds it as the encoder wrote it.
  var container = "nut"
  var count = 36

  static let all: [CodecKind] = [
    CodecKind(name: "h264", encoding: .h264(keyInterval: 12, reorderedFrames: 0)),
    CodecKind(name: "h264-b", encoding: .h264(keyInterval: 12)),
    CodecKind(
      name: "h264-open", encoding: Recipe.x264("open-gop=1:bframes=3:b-pyramid=normal:keyint=12:min-keyint=6")),
    CodecKind(name: "h264-interlaced", encoding: Recipe.x264("interlaced=1:tff=1:bframes=2:keyint=12")),
    CodecKind(name: "h264-refresh", encoding: Recipe.x264("intra-refresh=1:keyint=12:bframes=0")),
    CodecKind(name: "hevc-b", encoding: Recipe.other("libx265", reordered: 3, Recipe.hevc), container: "mkv"),
    CodecKind(name: "hevc-open", encoding: Recipe.other("libx265", reordered: 4, openHEVC), container: "mkv"),
    CodecKind(name: "mpeg4", encoding: Recipe.other("mpeg4")),
    CodecKind(name: "mpeg4-b", encoding: Recipe.other("mpeg4", reordered: 2)),
    CodecKind(name: "xvid-b", encoding: Recipe.other("libxvid", reordered: 2), container: "avi"),
    CodecKind(name: "mpeg2", encoding: Recipe.other("mpeg2video")),
    CodecKind(name: "mpeg2-b", encoding: Recipe.other("mpeg2video", reordered: 2)),
    CodecKind(name: "mpeg1-b", encoding: Recipe.other("mpeg1video", reordered: 2)),
    CodecKind(name: "vp8", encoding: Recipe.other("libvpx", hidden), container: "webm"),
    CodecKind(name: "vp9", encoding: Recipe.other("libvpx-vp9", hidden), container: "webm"),
    CodecKind(name: "av1", encoding: Recipe.other("libsvtav1", ["preset": "12"]), container: "mp4", count: 24),
    CodecKind(name: "theora", encoding: Recipe.other("libtheora"), container: "ogv"),
    CodecKind(name: "h263p", encoding: Recipe.other("h263p")),
    CodecKind(name: "flv", encoding: Recipe.other("flv")),
    CodecKind(name: "msmpeg4", encoding: Recipe.other("msmpeg4")),
    CodecKind(name: "wmv1", encoding: Recipe.other("wmv1")),
    CodecKind(name: "wmv2", encoding: Recipe.other("wmv2")),
    CodecKind(name: "rv20", encoding: Recipe.other("rv20")),
    CodecKind(name: "snow", encoding: Recipe.other("snow", ["strict": "experimental"])),
    CodecKind(name: "svq1", encoding: Recipe.other("svq1")),
    CodecKind(name: "mjpeg", encoding: Recipe.other("mjpeg", ["strict": "unofficial"])),
    CodecKind(name: "ffv1", encoding: Recipe.other("ffv1")),
    CodecKind(name: "ffvhuff", encoding: Recipe.other("ffvhuff", ["context": "1"])),
    CodecKind(name: "utvideo", encoding: Recipe.other("utvideo")),
    CodecKind(name: "magicyuv", encoding: Recipe.other("magicyuv")),
    CodecKind(name: "jpeg2000", encoding: Recipe.other("jpeg2000"), count: 12),
    CodecKind(name: "dirac", encoding: Recipe.other("vc2", ["strict": "experimental"]), count: 12),
    CodecKind(name: "raw", encoding: Recipe.other("rawvideo")),
    other("prores", "yuv422p10le", "mov", ["-c:v", "prores_ks"]),
    other("pal8", "pal8", "avi", ["-c:v", "rawvideo"]),
    other("png", "rgb24", "nut", ["-c:v", "png"]),
    other("apng", "rgb24", "apng", ["-c:v", "apng"]),
    other("gif", "rgb8", "gif", ["-c:v", "gif"]),
    other("cinepak", "rgb24", "avi", ["-c:v", "cinepak", "-g", "6"], count: 16),
    other("qtrle", "rgb24", "mov", ["-c:v", "qtrle", "-g", "12"]),
    other("flashsv", "bgr24", "flv", ["-c:v", "flashsv", "-g", "12"]),
    other("flashsv2", "bgr24", "flv", ["-c:v", "flashsv2", "-g", "12"]),
    other("zmbv", "bgr0", "avi", ["-c:v", "zmbv", "-g", "12"]),
    other("msvideo1", "rgb555le", "avi", ["-c:v", "msvideo1", "-g", "12"]),
    other("rpza", "rgb555be", "mov", ["-c:v", "rpza"]),
    other("smc", "pal8", "mov", ["-c:v", "smc"]),
    other("gray-h264", "gray", "mp4", ["-c:v", "libx264", "-bf", "2", "-g", "12"]),
    other("ten-hevc", "yuv420p10le", "mp4", ["-c:v", "libx265", "-x265-params", "log-level=none:keyint=12"]),
  ]

  private static func other(
    _ name: String, _ format: String, _ container: String, _ arguments: [String], count: Int = 30
  ) -> CodecKind {
    CodecKind(
      name: name, encoding: .h264(), arguments: ["-pix_fmt", format, "-threads", "1"] + arguments, container: container,
      count: count)
  }

  private static let hidden = [
    "deadline": "good", "cpu-used": "8", "auto-alt-ref": "1", "lag-in-frames": "16", "b": "300k",
  ]

  private static let openHEVC: [String: String] = [
    "preset": "superfast",
    "x265-params": "log-level=none:pools=none:frame-threads=1:keyint=12:min-keyint=4:open-gop=1:bframes=4",
  ]

  /// Endings of containers, those of elementary streams too.
  static let containers = [
    "mp4", "mov", "mkv", "webm", "avi", "ts", "mpg", "flv", "wmv", "ogv", "nut", "ivf", "mxf", "3gp", "h264", "hevc",
    "m4v", "m2v", "obu", "apng", "gif", "mjpeg", "rm",
  ]
}
