internal import SluicePlatform

/// An animated WebP image, each frame as it appears on the canvas, in RGB; what stays transparent is black.
///
/// FFmpeg decodes the parts, but does not put them together.
///
/// Safe to share between threads; requests are served one after the other, those in ascending order without drawing again
/// what came before.
public final class AnimatedWebP: FrameSource {
  public let name: String
  public let frameCount: Int
  public let frameRate: Double?
  /// The canvas.
  public let retainedBytes: Int
  private let limits: MediaLimits
  /// The canvas behind the frame drawn last.
  private let state = Lock<(canvas: Canvas, next: Int)?>(nil)

  /// Reads the structure of the file at `path`.
  /// - Throws: ``MediaError`` if it is none, damaged, or larger than the limits.
  public init(path: String, limits: MediaLimits = MediaLimits()) throws(MediaError) {
    let bytes = try FileBytes.read(path, limit: FileBytes.imageLimit)
    let animation = try WebPAnimation(bytes.span, path: path, limits: limits)
    name = path
    frameCount = animation.frames.count
    let duration = animation.frames.reduce(0) { $0 + $1.duration }
    frameRate = duration > 0 ? 1000 * Double(frameCount) / Double(duration) : nil
    retainedBytes = 4 * animation.width * animation.height
    self.limits = limits
  }

  public func frames(at indices: [Int]) throws -> [VideoFrame] {
    try check(indices)
    guard let first = indices.min(), let last = indices.max() else { return [] }
    let bytes = try FileBytes.read(name, limit: FileBytes.imageLimit)
    let animation = try WebPAnimation(bytes.span, path: name, limits: limits)
    guard animation.frames.count == frameCount else {
      throw MediaError(
        .cannotDecode, path: name, "changed while it was read: it has \(animation.frames.count) frames now")
    }
    let wanted = Set(indices)
    var shown: [Int: VideoFrame] = [:]
    try state.withLock { state in
      var (canvas, next) = (Canvas(width: animation.width, height: animation.height), 0)
      if let state, state.next <= first { (canvas, next) = state }
      state = nil
      while next <= last {
        let frame = animation.frames[next]
        canvas.draw(try part(next, of: animation, bytes), frame)
        if wanted.contains(next) { shown[next] = canvas.frame(time: animation.time(of: next)) }
        if frame.clears { canvas.clear(frame) }
        next += 1
      }
      state = (canvas, next)
    }
    return indices.compactMap { shown[$0] }
  }

  private func part(_ number: Int, of animation: WebPAnimation, _ bytes: [UInt8]) throws(MediaError) -> [UInt8] {
    let frame = animation.frames[number]
    let pixels: [UInt8]
    do throws(MediaError) {
      pixels = try ImageCodec.webp.decodeWithAlpha(animation.file(of: frame, bytes.span), path: name, limits: limits)
    } catch {
      throw MediaError(error.code, path: name, frame: number, "frame \(number) cannot be decoded: its data is damaged")
    }
    guard pixels.count == 4 * frame.width * frame.height else {
      throw MediaError(
        .cannotDecode, path: name, frame: number, "frame \(number) has another size than the file says; it is damaged")
    }
    return pixels
  }

  /// What has been drawn so far: R, G, B and alpha of each pixel.
  private struct Canvas: Sendable {
    let width: Int
    let height: Int
    private var pixels: [UInt8]

    init(width: Int, height: Int) {
      self.width = width
      self.height = height
      pixels = [UInt8](repeating: 0, count: 4 * width * height)
    }

    mutating func draw(_ part: [UInt8], _ frame: WebPAnimation.Frame) {
      for row in 0..<frame.height {
        var to = 4 * ((frame.top + row) * width + frame.left)
        for from in stride(from: 4 * row * frame.width, to: 4 * (row + 1) * frame.width, by: 4) {
          let alpha = Int(part[from + 3])
          if !frame.blends || alpha == 255 || pixels[to + 3] == 0 {
            for channel in 0..<4 { pixels[to + channel] = part[from + channel] }
          } else if alpha > 0 {
            blend(part, from, alpha, to)
          }
          to += 4
        }
      }
    }

    /// Source over destination, neither multiplied by its alpha.
    private mutating func blend(_ part: [UInt8], _ from: Int, _ alpha: Int, _ to: Int) {
      let below = Int(pixels[to + 3]) * (255 - alpha) / 255
      let whole = alpha + below
      for channel in 0..<3 {
        let sum = Int(part[from + channel]) * alpha + Int(pixels[to + channel]) * below
        pixels[to + channel] = UInt8((sum + whole / 2) / whole)
      }
      pixels[to + 3] = UInt8(whole)
    }

    mutating func clear(_ frame: WebPAnimation.Frame) {
      for row in frame.top..<frame.top + frame.height {
        let start = 4 * (row * width + frame.left)
        for index in start..<start + 4 * frame.width { pixels[index] = 0 }
      }
    }

    func frame(time: Double) -> VideoFrame {
      var packed: [UInt8] = []
      packed.reserveCapacity(3 * width * height)
      for pixel in stride(from: 0, to: pixels.count, by: 4) {
        let isThere = pixels[pixel + 3] > 0
        for channel in 0..<3 { packed.append(isThere ? pixels[pixel + channel] : 0) }
      }
      return VideoFrame(width: width, height: height, layout: .rgb, time: time, packed: packed)
    }
  }
}
